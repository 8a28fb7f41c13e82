// Keeps a page up to date while somebody looks at it. Without it, the page is complete all the same.
const body = document.body
const skew = Date.now() - Number(body.dataset.now)
const state = document.getElementById('live-state')
let source

function duration(ms) {
  const s = Math.max(0, Math.floor(ms / 1000))
  const [d, h, m] = [86400, 3600, 60].map((unit) => Math.floor(s / unit))
  return d ? `${d} d ${h % 24} h` : h ? `${h} h ${m % 60} min` : m ? `${m} min ${s % 60} s` : `${s} s`
}

function tick() {
  const now = Date.now() - skew
  for (const node of document.querySelectorAll('[data-since],[data-ago]')) {
    const { since, ago } = node.dataset
    const text = since ? duration(now - since) : `${duration(now - ago)} ago`
    if (node.textContent !== text) node.textContent = text
  }
}

// Turns one element into another, keeping what is the same: focus, selection, scroll positions, what is open.
function morph(from, to) {
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && name !== 'open') from.removeAttribute(name)
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value)
  const keyed = new Map()
  // What goes, goes first: then what stays need not move, which would cost it the focus.
  const stay = new Set([...to.children].map((child) => child.dataset.key))
  for (const child of [...from.children]) {
    const { key } = child.dataset
    if (stay.has(key)) keyed.set(key, child)
    else if (key) child.remove()
  }
  let at = from.firstChild
  for (const wanted of [...to.childNodes]) {
    const key = wanted.dataset?.key
    const known = key ? keyed.get(key) : at && !at.dataset?.key && at.nodeName === wanted.nodeName ? at : undefined
    if (!known) {
      from.insertBefore(wanted, at)
      continue
    }
    if (known === at) at = at.nextSibling
    else from.insertBefore(known, at)
    if (known.nodeType === 1) morph(known, wanted)
    else if (known.nodeValue !== wanted.nodeValue) known.nodeValue = wanted.nodeValue
  }
  while (at) {
    const last = at
    at = at.nextSibling
    last.remove()
  }
}

function show({ id, version, html }) {
  const section = document.getElementById(id)
  if (!section) location.reload()
  const next = section.cloneNode(false)
  next.innerHTML = html
  next.dataset.version = version
  morph(section, next)
  tick()
}

function append({ text, skipped, end, total }) {
  const pre = document.getElementById('log')
  const isAtEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 40
  // Appended, so that a selection further up stays; what is long gone goes.
  if (text) pre.append(skipped ? `\n[${skipped} bytes left out]\n${text}` : text)
  while (pre.childNodes.length > 1 && pre.textContent.length > 1e6) pre.firstChild.remove()
  const range = document.getElementById('log-range')
  range.textContent = range.textContent.replace(/–.*/, `–${end} of ${total}`)
  if (total) document.querySelector('#log-part .empty')?.remove()
  body.dataset.follow = end
  if (isAtEnd) pre.scrollTop = pre.scrollHeight
}

function connect() {
  source?.close()
  source = undefined
  const { live, follow } = body.dataset
  if (document.hidden || (live ?? follow) === undefined) return
  const url = new URL(location)
  url.hash = ''
  const seen = [...document.querySelectorAll('section')].map((s) => `${s.id}:${s.dataset.version}`)
  url.searchParams.set(follow ? 'from' : 'seen', follow ?? seen)
  source = new EventSource(url)
  source.addEventListener('region', (e) => show(JSON.parse(e.data)))
  source.addEventListener('log', (e) => append(JSON.parse(e.data)))
  source.onopen = () => (state.textContent = follow ? 'Following' : 'Live')
  source.onerror = () => {
    state.textContent = 'Not connected'
    if (source?.readyState === 2) setTimeout(connect, 10000)
  }
}

// Sorting changes the page in place.
document.addEventListener('click', async (e) => {
  const link = e.target.closest('a[data-sort]')
  if (!link || e.metaKey || e.ctrlKey || e.shiftKey) return
  e.preventDefault()
  const { href } = link
  const answer = await fetch(href).catch(() => undefined)
  if (!answer?.ok) return location.assign(href)
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  morph(document.querySelector('main'), page.querySelector('main'))
  history.replaceState(null, '', href.split('#')[0])
  connect()
})

document.addEventListener('visibilitychange', connect)
addEventListener('pagehide', () => source?.close())
const log = document.getElementById('log')
if (log && 'follow' in body.dataset) log.scrollTop = log.scrollHeight
setInterval(tick, 1000)
connect()
