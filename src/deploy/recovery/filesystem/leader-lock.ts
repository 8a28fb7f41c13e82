import { open, readdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasEnded, type ProcessIdentity } from './process-identity.js'

/** What a lock's file says. */
export interface LockHolder extends ProcessIdentity {
  readonly masterUrl: string
  /** Of this one hold. */
  readonly token: string
  /** Counts up: a lock that nobody counts any more is nobody's. */
  readonly beat: number
}

/** How a lock looked, and since when it has looked so. */
interface Sighting {
  readonly text: string
  readonly since: number
}

export interface LeaderLockOptions {
  readonly folder: string
  readonly identity: ProcessIdentity
  readonly masterUrl: string
  /** A lock whose holder cannot be looked up from here is taken for left behind when it has not changed for this long. */
  readonly staleAfterMs: number
}

export type Attempt = { readonly held: true } | { readonly held: false; readonly by?: LockHolder }

const lockName = /^leader-(\d{1,15})\.lock$/

/**
 * A lock in a folder: `leader-<n>.lock`, created only if absent, where the highest number counts. It is taken over from a dead holder by the
 * next higher number, which again only one can create; nobody ever removes another's lock before holding a higher one, so that none can be
 * removed by mistake between a look and a deed.
 *
 * A holder of this system is looked up by pid and time of start; it holds the lock for as long as it lives, frozen or not. One of another
 * machine, or another container, is taken for dead when its lock has not changed for `staleAfterMs`.
 */
export class LeaderLock {
  readonly #options: LeaderLockOptions
  readonly #sightings = new Map<number, Sighting>()
  /** Locks of this one that could not be removed: they hold nobody off. */
  readonly #ownRemains = new Set<number>()
  #number: number | undefined
  #highest = 0
  #holder: LockHolder | undefined

  constructor(options: LeaderLockOptions) {
    this.#options = options
  }

  /** Takes the lock if nobody has it. `now` in milliseconds of any steady clock. */
  async attempt(token: string, now: number): Promise<Attempt> {
    const before = await this.#look(now)
    if (before.live !== undefined) return { held: false, by: before.live.holder }
    const number = Math.max(this.#highest, ...before.numbers) + 1
    const holder: LockHolder = { ...this.#options.identity, masterUrl: this.#options.masterUrl, token, beat: 0 }
    if (!(await this.#create(number, holder))) return { held: false }
    this.#highest = number
    // Between the look and the deed another may have come, or a holder that seemed dead may have moved.
    const after = await this.#look(now, number)
    if (after.live !== undefined || after.numbers.some((other) => other > number)) {
      await this.#unlink(number)
      return { held: false, by: after.live?.holder }
    }
    this.#number = number
    this.#holder = holder
    // Left by the dead; what cannot be removed holds nobody off.
    for (const other of after.numbers) await this.#unlink(other).catch(() => undefined)
    return { held: true }
  }

  /** Shows that the holder lives. False when the lock has been lost. */
  async beat(): Promise<boolean> {
    const { folder } = this.#options
    if (this.#number === undefined || this.#holder === undefined) return false
    this.#holder = { ...this.#holder, beat: this.#holder.beat + 1 }
    try {
      // Opened for writing into what is there: a lock that was removed must not come back.
      const file = await open(join(folder, nameOf(this.#number)), 'r+')
      try {
        const text = JSON.stringify(this.#holder)
        await file.write(text, 0)
        await file.truncate(Buffer.byteLength(text))
      } finally {
        await file.close()
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
    const own = this.#number
    return !(await this.#numbers()).some((other) => other > own)
  }

  async release(): Promise<void> {
    const number = this.#number
    this.#number = undefined
    this.#holder = undefined
    if (number !== undefined) await this.#unlink(number)
  }

  async #look(
    now: number,
    own?: number,
  ): Promise<{ numbers: readonly number[]; live?: { holder: LockHolder | undefined } }> {
    const numbers = (await this.#numbers()).filter((number) => number !== own)
    this.#highest = Math.max(this.#highest, ...numbers)
    for (const number of numbers) {
      if (this.#ownRemains.has(number)) continue
      const text = await this.#read(number)
      const seen = this.#sightings.get(number)
      const sighting = seen?.text === text ? seen : { text, since: now }
      this.#sightings.set(number, sighting)
      const holder = parse(text)
      const isOver = holder === undefined ? undefined : hasEnded(holder, this.#options.identity)
      const isLive = isOver === undefined ? now - sighting.since < this.#options.staleAfterMs : !isOver
      if (isLive) return { numbers, live: { holder } }
    }
    return { numbers }
  }

  async #numbers(): Promise<number[]> {
    const names = await readdir(this.#options.folder)
    return names.flatMap((name) => {
      const [, digits] = lockName.exec(name) ?? []
      return digits === undefined ? [] : [Number(digits)]
    })
  }

  async #create(number: number, holder: LockHolder): Promise<boolean> {
    try {
      await writeFile(join(this.#options.folder, nameOf(number)), JSON.stringify(holder), { flag: 'wx', mode: 0o600 })
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
  }

  /** '' for one that is gone meanwhile or not yet written: what is unknown counts as alive until it has been so for long. */
  async #read(number: number): Promise<string> {
    try {
      return await readFile(join(this.#options.folder, nameOf(number)), 'utf8')
    } catch {
      return ''
    }
  }

  async #unlink(number: number): Promise<void> {
    try {
      await unlink(join(this.#options.folder, nameOf(number)))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      this.#ownRemains.add(number)
      throw error
    }
    this.#ownRemains.delete(number)
  }
}

const nameOf = (number: number) => `leader-${number}.lock`

function parse(text: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<LockHolder> | null
    const isWhole =
      Number.isInteger(holder?.pid) &&
      [holder?.host, holder?.machine, holder?.pidSpace, holder?.started].every((value) => typeof value === 'string')
    return isWhole ? (holder as LockHolder) : undefined
  } catch {
    return undefined
  }
}
