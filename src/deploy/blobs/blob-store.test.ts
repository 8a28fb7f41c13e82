import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DriverDescription } from '../../cluster/standalone/index.js'
import { ManualClock } from '../../common/index.js'
import { BlobStore } from './blob-store.js'
import { keepClean } from './keep-clean.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-blobs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const wide = { maxBytes: 1 << 20, maxTotalBytes: 1 << 22 }

function open(options: Partial<ConstructorParameters<typeof BlobStore>[1]> = {}): BlobStore {
  return new BlobStore(folder, { ...wide, ...options })
}

function putAll(store: BlobStore, bytes: Uint8Array): Promise<number> {
  return store.put(hashOf(bytes), bytes.length, { piece: bytes, offset: 0 })
}

describe('a blob store', () => {
  const content = Buffer.from('some content that is put in pieces')
  const hash = hashOf(content)

  test('shows a content only when it is whole and its hash is right', async () => {
    const store = open()
    expect(store.missing([hash])).toEqual([hash])
    expect(await store.put(hash, content.length, { piece: content.subarray(0, 10), offset: 0 })).toBe(10)
    expect(store.find(hash)).toBeUndefined()
    expect(await store.put(hash, content.length, { piece: content.subarray(10), offset: 10 })).toBe(content.length)
    expect(readFileSync(store.find(hash)?.path as string)).toEqual(content)
    expect(store.missing([hash])).toEqual([])
    expect(readdirSync(folder)).toEqual([hash])
  })

  test('goes on where a broken upload stopped, in another process too', async () => {
    await open().put(hash, content.length, { piece: content.subarray(0, 10), offset: 0 })
    const later = open()
    expect(await later.put(hash, content.length, { piece: new Uint8Array(0), offset: 0 })).toBe(10)
    expect(await later.put(hash, content.length, { piece: content.subarray(10), offset: 10 })).toBe(content.length)
    expect(open().find(hash)?.bytes).toBe(content.length)
  })

  test('leaves out a piece that does not join, and the part of one that it has', async () => {
    const store = open()
    expect(await store.put(hash, content.length, { piece: content.subarray(5, 8), offset: 5 })).toBe(0)
    expect(await store.put(hash, content.length, { piece: content.subarray(0, 8), offset: 0 })).toBe(8)
    expect(await store.put(hash, content.length, { piece: content.subarray(4), offset: 4 })).toBe(content.length)
  })

  test('refuses other bytes than the hash says, and begins anew', async () => {
    const store = open()
    const wrong = Buffer.from(content).reverse()
    await expect(store.put(hash, content.length, { piece: wrong, offset: 0 })).rejects.toThrow('FS_BLOB_CORRUPT')
    expect(readdirSync(folder)).toEqual([])
    expect(store.heldBytes).toBe(0)
    expect(await putAll(store, content)).toBe(content.length)
  })

  test('keeps what is longer than it says from growing', async () => {
    const store = open()
    await expect(store.put(hash, 5, { piece: content, offset: 0 })).rejects.toThrow('FS_BLOB_CORRUPT')
    expect(store.heldBytes).toBe(0)
  })

  test('takes an empty content', async () => {
    const store = open()
    expect(await putAll(store, new Uint8Array(0))).toBe(0)
    expect(store.find(hashOf(new Uint8Array(0)))?.bytes).toBe(0)
  })

  test('refuses what is too large, what it has no room for, and what is no hash', async () => {
    const store = open({ maxBytes: 10, maxTotalBytes: 15 })
    const put = (name: string, bytes: number) =>
      store.put(hashOf(Buffer.from(name)), bytes, { piece: new Uint8Array(0), offset: 0 })
    await expect(put('a', 11)).rejects.toThrow('FS_BLOB_TOO_LARGE')
    await expect(put('a', -1)).rejects.toThrow('FS_BLOB_TOO_LARGE')
    expect(await put('a', 10)).toBe(0)
    await expect(put('b', 10)).rejects.toThrow('FS_BLOB_STORE_FULL')
    for (const bad of ['../../etc/passwd', hash.toUpperCase(), '', `${hash}0`])
      expect(() => store.missing([bad])).toThrow('FS_BLOB_HASH')
  })

  test('forgets what somebody else has removed', async () => {
    const store = open()
    await putAll(store, content)
    rmSync(join(folder, hash))
    expect(store.missing([hash])).toEqual([hash])
    expect(await putAll(store, content)).toBe(content.length)
  })

  test('removes what was not used for long, but never what is needed', async () => {
    const clock = new ManualClock(Date.now())
    const store = open({ clock })
    const [old, used, needed] = ['old', 'used', 'needed'].map((name) => Buffer.from(name)) as [Buffer, Buffer, Buffer]
    for (const bytes of [old, used, needed]) {
      await putAll(store, bytes)
      store.find(hashOf(bytes))
    }
    await store.put(hash, content.length, { piece: content.subarray(0, 3), offset: 0 })
    writeFileSync(join(folder, 'a file of somebody else'), '')
    clock.advance(10_000)
    store.missing([hashOf(used)])
    expect(store.clean({ olderThanMs: 5_000, needed: new Set([hashOf(needed)]) })).toBe(2)
    expect(readdirSync(folder).sort()).toEqual(['a file of somebody else', hashOf(used), hashOf(needed)].sort())
  })
})

test('a store is kept clean while it is known what is needed, and left alone while it is not', async () => {
  const clock = new ManualClock(Date.now())
  const store = open({ clock })
  const [needed, old] = [Buffer.from('needed'), Buffer.from('old')]
  for (const bytes of [needed, old]) {
    await putAll(store, bytes)
    store.find(hashOf(bytes))
  }
  let drivers: DriverDescription[] | undefined
  const end = keepClean(store, { intervalMs: 1_000, olderThanMs: 5_000, drivers: () => drivers, clock })
  clock.advance(10_000)
  expect(readdirSync(folder)).toHaveLength(2)
  const application = { kind: 'blob', name: 'app.mjs', hash: hashOf(needed), bytes: 6 } as const
  drivers = [{ application, jars: [], files: [{ kind: 'url', url: 'local:/x' }], archives: [], packages: [] } as never]
  clock.advance(1_000)
  expect(readdirSync(folder)).toEqual([hashOf(needed)])
  end()
  expect(clock.pending).toBe(0)
})

/** A small generator of numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Uploads as a client does: from where it is told to, anew when the bytes were spoilt. */
class Uploader {
  #offset = 0
  isDone = false
  readonly content: Buffer
  readonly hash: string

  constructor(content: Buffer, hash: string) {
    this.content = content
    this.hash = hash
  }

  async step(store: BlobStore, random: () => number): Promise<void> {
    const end = this.#offset + 1 + Math.floor(random() * 30)
    const piece = this.content.subarray(this.#offset, end)
    try {
      this.#offset = await store.put(this.hash, this.content.length, { piece, offset: this.#offset })
      this.isDone = this.#offset === this.content.length
    } catch {
      this.#offset = 0
    }
  }
}

test.each(Array.from({ length: 40 }, (_, at) => at + 1))(
  'uploads in any order, with wrong bytes among them and restarts between, end with the right contents (seed %i)',
  async (seed) => {
    const random = randomFrom(seed)
    const contents = Array.from({ length: 3 }, (_, at) => Buffer.from(`${at}:${'x'.repeat(random() * 200)}${random()}`))
    const pick = () => contents[Math.floor(random() * contents.length)] as Buffer
    const honest = [...contents, pick(), pick()].map((content) => new Uploader(content, hashOf(content)))
    const liars = [pick(), pick()].map((content) => {
      const wrong = Buffer.from(content)
      wrong[Math.floor(random() * wrong.length)]! ^= 1
      return new Uploader(wrong, hashOf(content))
    })
    let store = open()
    for (let turn = 0; honest.some(({ isDone }) => !isDone); turn++) {
      // After a while the liars give up; before that, nothing that is seen may be wrong.
      const all = turn < 60 ? [...honest, ...liars] : honest
      const busy = all.filter(() => random() < 0.6)
      await Promise.all(busy.map((uploader) => uploader.step(store, random)))
      if (random() < 0.1) store = open()
      for (const name of readdirSync(folder).filter((name) => !name.includes('.')))
        expect(hashOf(readFileSync(join(folder, name)))).toBe(name)
      expect(turn).toBeLessThan(2_000)
    }
    expect(store.missing(contents.map(hashOf))).toEqual([])
    expect(readdirSync(folder).sort()).toEqual([...new Set(contents.map(hashOf))].sort())
    expect(store.heldBytes).toBe([...new Set(contents)].reduce((sum, content) => sum + content.length, 0))
  },
)
