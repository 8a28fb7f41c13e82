import { compareKeys } from '../common/key/index.js'
import { type SortRule, sortOrder } from './sort-order.js'
import type { PairBatch } from './types.js'

/** A sorted run that is read piece by piece. */
export interface SortedRun {
  /** The next piece, never empty; undefined at the end. */
  next(): PairBatch | undefined
}

interface Cursor {
  readonly run: SortedRun
  batch: PairBatch
  /** First record of the batch that has not been handed out. */
  at: number
}

/**
 * Merges sorted runs without comparing record by record: of the pieces at hand, everything up to the smallest of their
 * last keys can be handed out; it is gathered and sorted by `sortOrder`, whose fast paths beat a merge in JavaScript.
 * Stable: of equal keys those of an earlier run come first.
 */
export class RunMerge {
  readonly #rule: SortRule
  readonly #before: (a: unknown, b: unknown) => number
  /** In the order of their runs. */
  #cursors: Cursor[]

  constructor(runs: readonly SortedRun[], rule: SortRule) {
    this.#rule = rule
    const compare = rule.compare ?? compareKeys
    this.#before = rule.ascending ? compare : (a, b) => -compare(a, b)
    this.#cursors = []
    for (const run of runs) {
      const batch = run.next()
      if (batch !== undefined) this.#cursors.push({ run, batch, at: 0 })
    }
  }

  /** The next records in order, or undefined at the end. */
  next(): PairBatch | undefined {
    const only = this.#cursors[0]
    if (only === undefined) return undefined
    if (this.#cursors.length === 1) return this.#rest(only)
    const bound = this.#lowestEnd()
    const keys: unknown[] = []
    const values: unknown[] = []
    this.#cursors.forEach((cursor, i) => {
      const to = this.#endWithin(cursor, bound, i)
      for (let at = cursor.at; at < to; at++) {
        keys.push(cursor.batch.keys[at])
        values.push(cursor.batch.values[at])
      }
      cursor.at = to
    })
    this.#refill()
    return arrange(keys, values, sortOrder(keys, keys.length, this.#rule))
  }

  #rest(cursor: Cursor): PairBatch {
    const { batch, at } = cursor
    cursor.at = batch.keys.length
    this.#refill()
    return at === 0 ? batch : { keys: batch.keys.slice(at), values: batch.values.slice(at) }
  }

  /** The smallest last key of all pieces, and the first cursor that has it. */
  #lowestEnd(): { key: unknown; owner: number } {
    let owner = 0
    let key = lastKey(this.#cursors[0] as Cursor)
    for (let i = 1; i < this.#cursors.length; i++) {
      const last = lastKey(this.#cursors[i] as Cursor)
      if (this.#before(last, key) < 0) {
        owner = i
        key = last
      }
    }
    return { key, owner }
  }

  /**
   * Up to where a cursor's records may be handed out. Those equal to the bound may not when an earlier run, the
   * owner of the bound, can have more of them in its next piece.
   */
  #endWithin(cursor: Cursor, bound: { key: unknown; owner: number }, index: number): number {
    const { keys } = cursor.batch
    const limit = index <= bound.owner ? 0 : -1
    let low = cursor.at
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#before(keys[middle], bound.key) <= limit) low = middle + 1
      else high = middle
    }
    return low
  }

  #refill(): void {
    let ended = false
    for (const cursor of this.#cursors) {
      if (cursor.at < cursor.batch.keys.length) continue
      const batch = cursor.run.next()
      if (batch === undefined) {
        ended = true
        continue
      }
      cursor.batch = batch
      cursor.at = 0
    }
    if (ended) this.#cursors = this.#cursors.filter((cursor) => cursor.at < cursor.batch.keys.length)
  }
}

/** Pairs in the given order. */
export function arrange(keys: readonly unknown[], values: readonly unknown[], order: Uint32Array): PairBatch {
  const sortedKeys: unknown[] = []
  const sortedValues: unknown[] = []
  for (let i = 0; i < order.length; i++) {
    const at = order[i] as number
    sortedKeys.push(keys[at])
    sortedValues.push(values[at])
  }
  return { keys: sortedKeys, values: sortedValues }
}

function lastKey(cursor: Cursor): unknown {
  return cursor.batch.keys[cursor.batch.keys.length - 1]
}
