import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  anApplication,
  aWorker,
  busyMaster,
  busyWorker,
  MemoryLog,
  MemoryMaster,
  MemoryWorker,
} from '../../src/ui/ui.test-kit.js'
import { webToken } from '../../src/web/index.js'
import { browserNote, chromiumPath, complaintsOf, picture } from '../kit/browser.js'
import { eventually } from '../kit/eventually.js'
import { PagesBed } from '../kit/pages-bed.js'

const bed = new PagesBed()

beforeAll(() => bed.open())
afterAll(() => bed.close())
afterEach(() => bed.reset())

const secret = { kind: 'words', text: 'a secret of this test' } as const

/** What a page looked at has that a reload would lose. */
const mark = (page: Page) => page.evaluate('window.marked = true')
const isMarked = (page: Page) => page.evaluate('window.marked === true')
const isLive = (page: Page) => page.getByText('Live', { exact: true }).waitFor()

describe.skipIf(chromiumPath === undefined)(`pages of a standalone cluster, used in a browser${browserNote}`, () => {
  test('what changes comes by itself; focus, scroll position and what is open stay', async () => {
    const master = new MemoryMaster(busyMaster())
    const { page } = await bed.page({ viewport: { width: 1000, height: 500 } })
    const complaints = complaintsOf(page)
    await page.goto(await bed.master(master))
    await isLive(page)
    await mark(page)
    const kill = page.getByLabel('Kill application app-20261122153820-0004', { exact: true })
    await kill.click()
    await page.getByLabel('Yes, kill application app-20261122153820-0004').waitFor()
    await page.evaluate('window.scrollTo(0, 400)')
    await kill.focus({ timeout: 5000 })
    const before = await page.evaluate('window.scrollY')
    const { workers, activeApplications } = master.state
    master.set({
      workers: [...workers.filter(({ id }) => id !== workers[3]!.id), aWorker(21)],
      activeApplications: [anApplication(99, { name: 'brand-new' }), ...activeApplications.slice(1)],
    })
    await page.getByText('brand-new').waitFor()
    expect(await page.getByText(workers[3]!.id).count()).toBe(0)
    expect(await page.getByText('nightly-report-0', { exact: true }).count()).toBe(0)
    expect(await isMarked(page)).toBe(true)
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toContain(
      'app-20261122153820-0004',
    )
    expect(await page.getByLabel('Yes, kill application app-20261122153820-0004').isVisible()).toBe(true)
    expect(await page.evaluate('window.scrollY')).toBe(before)
    expect(complaints).toEqual([])
  })

  test('nobody is listened to for a page that is hidden or gone', async () => {
    const master = new MemoryMaster(busyMaster())
    const { page, context } = await bed.page()
    await page.goto(await bed.master(master))
    await isLive(page)
    expect(master.listeners.size).toBe(1)
    await context.close()
    await eventually('the end of the stream', () => master.listeners.size === 0)
  })

  test('sorting works in place with the script, and by going to the sorted page without it', async () => {
    const master = new MemoryMaster(busyMaster())
    const url = await bed.master(master)
    for (const javaScriptEnabled of [true, false]) {
      const { page } = await bed.page({ javaScriptEnabled })
      await page.goto(url)
      const first = () => page.locator('#workers tbody tr').first().innerText()
      expect(await first()).toContain('10.0.0.1:40001')
      await page.locator('#workers').getByRole('link', { name: 'Cores' }).click()
      await page.locator('#workers th[aria-sort=descending]').waitFor()
      await page.locator('#workers').getByRole('link', { name: 'Worker', exact: true }).click()
      await page.locator('#workers th[aria-sort=ascending]').waitFor()
      await page.locator('#workers').getByRole('link', { name: 'Worker', exact: true }).click()
      await page.locator('#workers th[aria-sort=descending]').waitFor()
      expect(await first()).toContain('10.0.0.20:40020')
      expect(page.url()).toContain('workers=-id')
    }
  })

  test.each([true, false])('an application is killed after a question, scripts on: %s', async (javaScriptEnabled) => {
    const master = new MemoryMaster(busyMaster())
    const { page } = await bed.page({ javaScriptEnabled, viewport: { width: 1280, height: 800 } })
    await page.goto(await bed.master(master))
    await page.getByLabel('Kill application app-20261122153820-0003', { exact: true }).click()
    await picture(page, `kill-open-${javaScriptEnabled ? 'scripts' : 'plain'}`)
    expect(master.asked).toEqual([])
    await page.getByLabel('Yes, kill application app-20261122153820-0003').click()
    await page.locator('#completed-app').getByText('app-20261122153820-0003').waitFor()
    expect(master.asked).toEqual(['kill application app-20261122153820-0003 by somebody at the web UI'])
    expect(new URL(page.url()).pathname).toBe('/')
  })

  test('a form on another site kills nothing, whether or not it knows the token of the form', async () => {
    const master = new MemoryMaster(busyMaster())
    const url = await bed.master(master)
    const token = /name="csrfToken" value="([^"]+)"/.exec(await (await fetch(url)).text())![1]!
    const other = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end(`<form method="post" action="${url}app/kill/">
        <input name="id" value="app-20261122153820-0003"><input name="terminate" value="true">
        <input name="csrfToken" value="${token}"><button>Win a prize</button></form>`)
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    bed.closeLater(() => {
      other.closeAllConnections()
      other.close()
    })
    const { page } = await bed.page()
    await page.goto(`http://localhost:${(other.address() as AddressInfo).port}/`)
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().includes('/app/kill/')),
      page.getByText('Win a prize').click(),
    ])
    expect(answer.status()).toBe(403)
    expect(master.asked).toEqual([])
  })

  test('with a secret, killing needs the token, shown once; the cookie is out of reach of scripts', async () => {
    const master = new MemoryMaster(busyMaster())
    const url = await bed.master(master, { secret })
    const { page, context } = await bed.page()
    await page.goto(url)
    expect(await page.getByText('Kill', { exact: true }).count()).toBe(0)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByLabel('Web token of the cluster').fill('not this')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This is not the web token of the cluster.').waitFor()
    await page.getByLabel('Web token of the cluster').fill(await webToken(secret))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    const [cookie] = await context.cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' })
    expect(cookie!.value).not.toContain(await webToken(secret))
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.getByLabel('Kill application app-20261122153820-0003', { exact: true }).click()
    await page.getByLabel('Yes, kill application app-20261122153820-0003').click()
    await page.locator('#completed-app').getByText('app-20261122153820-0003').waitFor()
    expect(master.asked).toEqual(['kill application app-20261122153820-0003 by a holder of the web token'])
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    expect(await page.getByText('Kill', { exact: true }).count()).toBe(0)
  })

  test('a log is paged to its start and back, and what is written is followed', async () => {
    const log = new MemoryLog()
    for (let line = 0; line < 5000; line++) log.write(`line ${line} of a long log ………\n`)
    const worker = new MemoryWorker(busyWorker())
    worker.logs.set('driver driver-20261122153812-0001 stdout', log)
    const { page } = await bed.page()
    const complaints = complaintsOf(page)
    await page.goto(await bed.worker(worker))
    await page.locator('#drivers').getByRole('link', { name: 'stdout' }).click()
    const text = page.locator('#log')
    await page.getByText('Following').waitFor()
    await mark(page)
    log.write('a line that came later\n')
    await eventually('the new line', async () => (await text.innerText()).includes('a line that came later'))
    expect(await isMarked(page)).toBe(true)
    expect(
      await page.evaluate('((e) => e.scrollHeight - e.scrollTop - e.clientHeight < 5)(document.getElementById("log"))'),
    ).toBe(true)
    let seen = await text.innerText()
    for (let pages = 0; (await page.getByRole('link', { name: 'Older' }).count()) > 0; pages++) {
      expect(pages).toBeLessThan(10)
      await page.getByRole('link', { name: 'Older' }).click()
      await page.waitForLoadState()
      seen = (await text.innerText()) + seen
    }
    for (let line = 0; line < 5000; line += 7) expect(seen).toContain(`line ${line} of a long log ………\n`)
    await page.getByRole('link', { name: 'End', exact: true }).click()
    await page.getByText('Following').waitFor()
    expect(complaints).toEqual([])
  })

  test("a worker's pages come through the master, live, and lead back to it", async () => {
    const worker = new MemoryWorker(busyWorker())
    worker.logs.set('executor app-20261122153820-0000 0 stderr', new MemoryLog().write('hello from far away\n'))
    const workerUrl = await bed.worker(worker, { secret })
    const master = new MemoryMaster({
      ...busyMaster(1, 1),
      workers: [aWorker(1, { id: worker.state.id, webUiUrl: workerUrl.slice(0, -1) })],
    })
    const url = await bed.master(master, { secret, settings: { 'spark.ui.reverseProxy': 'true' } })
    const { page } = await bed.page()
    const complaints = complaintsOf(page)
    await page.goto(url)
    await page.getByRole('link', { name: worker.state.id }).click()
    await page.getByText('Firesteel Worker at').waitFor()
    expect(page.url()).toBe(`${url}proxy/${worker.state.id}/`)
    await isLive(page)
    worker.set({ coresUsed: 7 })
    await page.getByText('7 of 8 in use').waitFor()
    await page.locator('#executors tbody tr').first().getByRole('link', { name: 'stderr' }).click()
    await page.getByText('hello from far away').waitFor()
    await page.getByRole('link', { name: 'Master' }).click()
    await page.getByText('Firesteel Master at').waitFor()
    expect(page.url()).toBe(url)
    expect(complaints).toEqual([])
  })

  test('everything can be reached by keyboard, beginning with the way past the header', async () => {
    const { page } = await bed.page()
    await page.goto(await bed.master(new MemoryMaster(busyMaster())))
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    const outline = 'getComputedStyle(document.activeElement).outlineStyle'
    expect(await page.evaluate('document.querySelector("main").contains(document.activeElement)')).toBe(true)
    expect(await page.evaluate(outline)).toBe('solid')
  })
})

test('the pages are light: some kilobytes, all told', async () => {
  const weigh = async (url: string) => {
    const answer = await fetch(url, { headers: { 'accept-encoding': 'identity' } })
    const plain = Buffer.from(await answer.arrayBuffer()).length
    const { request } = await import('node:http')
    const packed = await new Promise<Buffer>((resolve, reject) => {
      request(url, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)))
      })
        .on('error', reject)
        .end()
    })
    expect(gunzipSync(packed).length).toBeGreaterThan(0.9 * plain)
    return { plain, packed: packed.length }
  }
  const empty = await bed.master(new MemoryMaster())
  const busy = await bed.master(new MemoryMaster(busyMaster(20, 10)))
  const weights = {
    empty: await weigh(empty),
    busy: await weigh(busy),
    css: await weigh(`${empty}static/pages.css`),
    js: await weigh(`${empty}static/live.js`),
  }
  console.log(`weight of the master's page, bytes: ${JSON.stringify(weights)}`)
  expect(weights.empty.packed).toBeLessThan(2_000)
  expect(weights.busy.packed).toBeLessThan(6_000)
  expect(weights.css.packed).toBeLessThan(3_000)
  expect(weights.js.plain).toBeLessThan(4_096)
})
