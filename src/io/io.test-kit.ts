import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { BatchReader } from './batch-reader.js'
import { codecOfPath } from './codec/codec-name.js'
import type { FileSplit } from './file-split.js'

/** A folder for a test file's files, removed after its tests. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'firesteel-io-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes a file and returns the split that is all of it. */
export function wholeSplitOf(path: string, content?: string | Uint8Array): FileSplit {
  if (content !== undefined) writeFileSync(path, content)
  const { size } = statSync(path)
  const codec = codecOfPath(path)
  return { path, start: 0, length: size, fileSize: size, modified: 0, ...(codec === undefined ? {} : { codec }) }
}

/** Cuts a file into splits of `splitBytes`. */
export function cutSplit(whole: FileSplit, splitBytes: number): FileSplit[] {
  const count = Math.ceil(whole.fileSize / splitBytes)
  return Array.from({ length: count }, (_, i) => {
    const start = i * splitBytes
    return { ...whole, start, length: Math.min(splitBytes, whole.fileSize - start) }
  })
}

/** Reads everything, checking that batches are not empty and records are counted. */
export function drain<T>(reader: BatchReader<T>): T[] {
  const all: T[] = []
  for (let batch = reader.next(); batch !== undefined; batch = reader.next()) {
    if (batch.length === 0) throw new Error('an empty batch')
    all.push(...batch)
  }
  reader.close()
  if (reader.recordsRead !== all.length) throw new Error(`${reader.recordsRead} records counted, ${all.length} read`)
  return all
}

/** Numbers from 0 up to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}
