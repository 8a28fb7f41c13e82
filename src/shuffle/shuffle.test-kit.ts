import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryPool, TaskMemory } from '../memory/index.js'
import { compressionCodec } from '../serializer/index.js'
import { type SyncFiles, systemFiles } from './sync-files.js'

const MB = 1024 * 1024

/** A repeatable source of numbers from 0 (inclusive) to 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A key of any kind out of about `distinct` per kind. */
export function randomKey(random: () => number, distinct: number): unknown {
  const n = Math.floor(random() * distinct)
  switch (Math.floor(random() * 13)) {
    case 0:
      return `word${n}`
    case 1:
      return `a longer key that V8 would slice ${n}`
    case 2:
      return `ключ ${n}`
    case 3:
      return n
    case 4:
      return n + 0.5
    case 5:
      return [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, -1e300][n % 5]
    case 6:
      return BigInt(n)
    case 7:
      return [true, false, null, undefined][n % 4]
    case 8:
      return new Date(n * 1000)
    case 9:
      return [`part${n % 7}`, n]
    case 10:
      return n % 2 === 0 ? { a: n, b: 'x' } : { b: 'x', a: n }
    case 11:
      return Buffer.from(`bytes${n}`)
    default:
      return ''.padEnd(n % 20, 'z')
  }
}

/** A key that orders naturally, of any kind that does. */
export function randomOrderedKey(random: () => number, distinct: number): unknown {
  for (;;) {
    const key = randomKey(random, distinct)
    if (typeof key !== 'object' || key === null || Array.isArray(key) || key instanceof Date) return key
    if (ArrayBuffer.isView(key)) return key
  }
}

/** A temporary folder and a task's memory, both gone with `[Symbol.dispose]`. */
export function bench(limitBytes = 512 * MB) {
  const folder = mkdtempSync(join(tmpdir(), 'firesteel-shuffle-'))
  const pool = MemoryPool.create({ totalBytes: limitBytes })
  const memory = new TaskMemory({ pool, sampleHeap: () => ({ used: 0, limit: 4096 * MB, external: 0 }) })
  return {
    folder,
    pool,
    memory,
    spill: { memory, spillDir: folder, codec: compressionCodec('lz4') },
    /** Files left in the folder. */
    left: () => readdirSync(folder).sort(),
    [Symbol.dispose]() {
      memory.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A disk that is full after so many bytes. */
export function smallDisk(bytes: number): SyncFiles {
  let left = bytes
  return {
    ...systemFiles,
    write(fd, part) {
      if (left === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      const fitting = part.subarray(0, left)
      left -= fitting.length
      return systemFiles.write(fd, fitting)
    },
  }
}
