import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BlobCache } from './blob-cache.js'

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'firesteel-blobs-')), 'blobs')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

const signal = new AbortController().signal

function blobOf(text: string) {
  const bytes = Buffer.from(text)
  return { name: 'file.txt', hash: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }
}

/** A cache in front of a source that counts what is asked of it. */
function cacheOf(text: string) {
  const calls = { count: 0 }
  const cache = new BlobCache(folder, async function* (_, aborted) {
    calls.count++
    for (const letter of text) {
      await new Promise((resolve) => setImmediate(resolve))
      aborted.throwIfAborted()
      yield Buffer.from(letter)
    }
  })
  return { cache, calls }
}

test('a content is fetched once, though many ask at the same time, and later', async () => {
  const { cache, calls } = cacheOf('content')
  const paths = await Promise.all([1, 2, 3].map(() => cache.get(blobOf('content'), signal)))
  paths.push(await cache.get(blobOf('content'), signal))
  expect(new Set(paths).size).toBe(1)
  expect(readFileSync(paths[0]!, 'utf8')).toBe('content')
  expect(calls.count).toBe(1)
})

test('what is not what its hash says is refused, and nothing of it stays', async () => {
  for (const [came, problem] of [
    ['kontent', 'has the hash'],
    ['conten', '6 of its 7 bytes'],
    ['contents', 'more than its 7 bytes'],
  ] as const) {
    await expect(cacheOf(came).cache.get(blobOf('content'), signal)).rejects.toThrow(problem)
    expect(readdirSync(folder)).toEqual([])
  }
  await expect(cacheOf('').cache.get({ name: 'x', hash: '../../x', bytes: 0 }, signal)).rejects.toThrow('no SHA-256')
})

test('what an earlier process left is verified before it is used', async () => {
  const first = cacheOf('content')
  const path = await first.cache.get(blobOf('content'), signal)
  const second = cacheOf('content')
  await second.cache.get(blobOf('content'), signal)
  expect(second.calls.count).toBe(0)
  writeFileSync(path, 'CONTENT')
  const third = cacheOf('content')
  await third.cache.get(blobOf('content'), signal)
  expect(third.calls.count).toBe(1)
  expect(readFileSync(path, 'utf8')).toBe('content')
})

test('one who is called off does not take the content from another who waits for it', async () => {
  const { cache, calls } = cacheOf('content')
  const off = new AbortController()
  const first = cache.get(blobOf('content'), off.signal)
  const second = cache.get(blobOf('content'), signal)
  off.abort()
  await expect(first).rejects.toThrow('abort')
  expect(readFileSync(await second, 'utf8')).toBe('content')
  expect(calls.count).toBe(2)
})

test('what nobody has used for long is removed', async () => {
  const { cache, calls } = cacheOf('content')
  const path = await cache.get(blobOf('content'), signal)
  const now = Date.now()
  expect(cache.clean(now - 1000)).toBe(0)
  utimesSync(path, 1, 1)
  expect(cache.clean(now - 1000)).toBe(1)
  expect(existsSync(path)).toBe(false)
  await cache.get(blobOf('content'), signal)
  expect(calls.count).toBe(2)
})
