import {
  closeSync,
  createReadStream,
  createWriteStream,
  fstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Clock } from '../../common/index.js'
import { parseRolledName, rolledFiles, rolledName } from './rolled-name.js'
import { endOfInterval, type RollingPolicy } from './rolling-policy.js'

export interface LogFileOptions {
  readonly policy: RollingPolicy
  readonly clock: Clock
  /** Told once when the disk takes no more: what a process writes is then lost, the process goes on. */
  readonly onProblem: (problem: string) => void
}

/** Sizes of compressed files are read from their last four bytes, which count no further. */
const mostCompressible = 2 ** 32 - 1

/**
 * The output of a process in a folder, in `stdout` or `stderr` and the files that were rolled away from it. Writes are synchronous, so that
 * what a process said last is there when its end is told. An existing log is gone on with.
 */
export class LogFile {
  readonly #folder: string
  readonly #log: string
  readonly #options: LogFileOptions
  #file: number | undefined
  #bytes = 0
  #intervalEnd = Infinity
  #number = 0
  #hasFailed = false
  #isClosed = false
  readonly #compressing = new Set<Promise<void>>()

  /** @throws what opening a file throws */
  constructor(folder: string, log: string, options: LogFileOptions) {
    this.#folder = folder
    this.#log = log
    this.#options = options
    const numbers = rolledFiles(readdirSync(folder), log).map((name) => parseRolledName(name)?.number ?? 0)
    this.#number = Math.max(0, ...numbers)
    this.#open()
  }

  write(bytes: Uint8Array): void {
    if (this.#isClosed) return
    const { maxBytes } = this.#options.policy
    try {
      if (this.#file === undefined) this.#open()
      if (this.#options.clock.now() >= this.#intervalEnd) this.#roll()
      for (let at = 0; at < bytes.length; ) {
        if (this.#bytes >= maxBytes) this.#roll()
        if (this.#file === undefined) return
        const count = Math.min(bytes.length - at, maxBytes - this.#bytes)
        const written = writeSync(this.#file, bytes, at, count)
        at += written
        this.#bytes += written
      }
    } catch (error) {
      this.#failed(error)
    }
  }

  /** Resolves when what was rolled away is compressed. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    await Promise.all(this.#compressing)
  }

  #open(): void {
    const { clock, policy } = this.#options
    const file = openSync(join(this.#folder, this.#log), 'a', 0o600)
    this.#file = file
    this.#bytes = fstatSync(file).size
    const now = clock.now()
    this.#intervalEnd = endOfInterval(now, policy.intervalMs, -new Date(now).getTimezoneOffset() * 60_000)
  }

  #roll(): void {
    const { clock, policy } = this.#options
    if (this.#bytes > 0) {
      if (this.#file !== undefined) closeSync(this.#file)
      this.#file = undefined
      const path = join(this.#folder, rolledName(this.#log, ++this.#number, clock.now()))
      renameSync(join(this.#folder, this.#log), path)
      if (policy.compress && this.#bytes <= mostCompressible) this.#compress(path)
      this.#removeOld()
    }
    if (this.#file !== undefined) closeSync(this.#file)
    this.#open()
  }

  #removeOld(): void {
    const { retained } = this.#options.policy
    if (retained === Infinity) return
    const names = rolledFiles(readdirSync(this.#folder), this.#log)
    for (const name of names.slice(0, Math.max(0, names.length - retained))) {
      rmSync(join(this.#folder, name), { force: true })
      rmSync(join(this.#folder, `${name}.gz`), { force: true })
    }
  }

  #compress(path: string): void {
    const work = compress(path)
      .catch((error: unknown) => this.#failed(error))
      .finally(() => this.#compressing.delete(work))
    this.#compressing.add(work)
  }

  #failed(error: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    const problem = error instanceof Error ? error.message : String(error)
    this.#options.onProblem(`its output is not kept: ${problem}`)
  }
}

/** The compressed file takes the plain one's place in one step, as far as readers see. */
async function compress(path: string): Promise<void> {
  const draft = `${path}.gz.tmp`
  try {
    await pipeline(createReadStream(path), createGzip(), createWriteStream(draft, { mode: 0o600 }))
    renameSync(draft, `${path}.gz`)
    rmSync(path)
  } catch (error) {
    rmSync(draft, { force: true })
    // Removed meanwhile, since there were too many.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') rmSync(`${path}.gz`, { force: true })
    else throw error
  }
}
