import { generatedNote, table } from './markdown.js'

const introduction = `# Errors

Every error that Firesteel raises itself is a \`FiresteelError\` with a \`code\`, a \`category\`, a message that names the thing and its
value, a \`hint\` that says what to do, and \`details\` for programs. A code never changes its meaning. \`instanceof FiresteelError\` holds
across threads and processes. Below, \`<name>\` stands for a detail.

Categories: \`usage\` (the program asked for something that cannot be), \`input\` (data that is missing, unreadable or malformed),
\`closure\` (code that cannot travel), \`task\` (user code that failed), \`resource\` (memory, disk, ports, executors), \`network\` (a peer that
cannot be reached or trusted), \`cancelled\` (ended on request), \`internal\` (a bug in Firesteel).
`

/** The page of errors, grouped by the area that a code names. */
export function errorsPage(errors) {
  const areas = groupBy(Object.entries(errors), areaOf)
  const parts = [...areas].map(
    ([area, rows]) => `## ${area}\n\n${table(['Code', 'Category', 'Message', 'What to do'], rows.map(row))}`,
  )
  return `${[generatedNote('src/common/errors/table/'), introduction, ...parts].join('\n\n').replaceAll('\n\n\n', '\n\n')}\n`
}

function areaOf([code]) {
  const area = code.split('_')[1].toLowerCase()
  return area === 'io' || area === 'rdd' || area === 'rpc' ? area.toUpperCase() : area[0].toUpperCase() + area.slice(1)
}

function row([code, entry]) {
  return [`\`${code}\``, entry.category, escapeAngles(sampleMessage(code, entry)), escapeAngles(entry.hint)]
}

/** The message with a placeholder for each detail; an entry whose message needs figures or lists brings an example. */
function sampleMessage(code, entry) {
  const details = new Proxy(
    { ...entry.example },
    { get: (example, name) => example[name] ?? placeholder(String(name)) },
  )
  const message = entry.message(details)
  if (/\bNaN\b|\bundefined\b|\[object/.test(message)) {
    throw new Error(`${code}: the message needs an \`example\` of its details, or it reads: ${message}`)
  }
  return message
}

/** Reads as `<name>` wherever a text is wanted, and answers any method with itself. */
function placeholder(name) {
  const text = `<${name}>`
  const self = new Proxy(() => self, {
    get(_, property) {
      if (property === Symbol.toPrimitive || property === 'toString' || property === 'toJSON') return () => text
      if (property === Symbol.iterator) return [text][Symbol.iterator].bind([text])
      return self
    },
  })
  return self
}

const escapeAngles = (text) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function groupBy(items, keyOf) {
  const groups = new Map()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}
