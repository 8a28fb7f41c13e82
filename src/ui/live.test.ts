import { afterEach, expect, test } from 'vitest'
import { ManualClock } from '../common/index.js'
import { anApplication, busyMaster, MemoryMaster, masterUi, someTime } from './ui.test-kit.js'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function bed() {
  const clock = new ManualClock(someTime)
  const master = new MemoryMaster(busyMaster(2, 2))
  const ui = await masterUi(master, { clock })
  closing.push(() => ui.close())
  const page = await (await ui.app.request('/')).text()
  const seen = [...page.matchAll(/<section id="([^"]+)" data-version="([^"]+)"/g)].map(
    ([, id, version]) => `${id}:${version}`,
  )
  const open = async (query = '') => {
    const leave = new AbortController()
    const headers = { accept: 'text/event-stream' }
    const answer = await ui.app.request(`/${query}`, { headers, signal: leave.signal })
    return new Viewer(answer.body!.getReader(), leave)
  }
  return { clock, master, ui, seen: `?seen=${seen.join(',')}`, open }
}

/** Reads what has come; a stream in memory has it at once, or not at all. */
class Viewer {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #leave: AbortController
  #text = ''

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>, leave: AbortController) {
    this.#reader = reader
    this.#leave = leave
    void this.#read()
  }

  /** Ids of the regions that have come since this was last asked. */
  async regions(): Promise<string[]> {
    await new Promise((resolve) => setImmediate(resolve))
    const ids = [...this.#text.matchAll(/^event: region\ndata: (.*)$/gm)].map(
      ([, json]) => JSON.parse(json!).id as string,
    )
    this.#text = ''
    return ids
  }

  leave(): void {
    this.#leave.abort()
  }

  async #read(): Promise<void> {
    for (let part = await this.#reader.read(); !part.done; part = await this.#reader.read())
      this.#text += new TextDecoder().decode(part.value)
  }
}

test('a page that is up to date gets nothing until something changes, and then only what did', async () => {
  const { clock, master, seen, open } = await bed()
  const viewer = await open(seen)
  expect(await viewer.regions()).toEqual([])
  master.set({ activeApplications: [anApplication(7), ...master.state.activeApplications] })
  clock.advance(0)
  expect(await viewer.regions()).toEqual(['summary', 'running-app'])
})

test('a page that is behind gets what it lacks at once', async () => {
  const { master, seen, open } = await bed()
  master.set({ completedDrivers: [] })
  expect(await (await open(seen)).regions()).toEqual(['summary', 'completed-driver'])
  expect(await (await open()).regions()).toHaveLength(6)
})

test('however fast things change, it is told twice a second', async () => {
  const { clock, master, seen, open } = await bed()
  const viewer = await open(seen)
  let updates = 0
  for (let at = 0; at < 100; at++) {
    master.set({ activeApplications: [anApplication(at), anApplication(at + 1)] })
    clock.advance(20)
    if ((await viewer.regions()).length > 0) updates++
  }
  // At once, and then after each half second of two.
  expect(updates).toBe(5)
})

test('the passing of time alone is no change', async () => {
  const { clock, master, seen, open } = await bed()
  const viewer = await open(seen)
  clock.advance(60_000)
  master.set({})
  clock.advance(1000)
  expect(await viewer.regions()).toEqual([])
})

test('the last one who leaves turns it off, and the first one who comes turns it on again', async () => {
  const { clock, master, seen, open } = await bed()
  const [one, other] = [await open(seen), await open(seen)]
  expect(master.listeners.size).toBe(1)
  one.leave()
  expect(master.listeners.size).toBe(1)
  other.leave()
  expect(master.listeners.size).toBe(0)
  expect(clock.pending).toBe(0)
  const late = await open(seen)
  master.set({ workers: [] })
  clock.advance(1000)
  expect(await late.regions()).toEqual(['summary', 'workers'])
})

test('a page that cannot be rendered ends its stream, and the daemon goes on', async () => {
  const { clock, master, seen, open } = await bed()
  const viewer = await open(seen)
  master.set({ workers: undefined as never })
  clock.advance(1000)
  expect(await viewer.regions()).toEqual([])
  expect(master.listeners.size).toBe(0)
})
