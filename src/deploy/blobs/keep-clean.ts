import type { DriverDescription } from '../../cluster/standalone/index.js'
import { type Clock, systemClock, type Timer } from '../../common/index.js'
import { getLogger } from '../../common/log/index.js'
import type { BlobStore } from './blob-store.js'
import { blobsOf } from './blobs-of.js'

export interface KeepCleanOptions {
  readonly intervalMs: number
  /** Age since its last use at which a content goes, in milliseconds. */
  readonly olderThanMs: number
  /** What the drivers that have not ended were submitted with; undefined while that is not known, and nothing is removed. */
  readonly drivers: () => readonly DriverDescription[] | undefined
  readonly clock?: Clock
}

/** Removes from a store what nobody needs, now and then, until the returned function is called. */
export function keepClean(store: BlobStore, options: KeepCleanOptions): () => void {
  const { intervalMs, olderThanMs, drivers, clock = systemClock } = options
  let timer: Timer
  const again = (): void => {
    timer = clock.after(intervalMs, () => {
      const needing = drivers()
      if (needing !== undefined) clean(needing)
      again()
    })
  }
  const clean = (needing: readonly DriverDescription[]): void => {
    try {
      store.clean({ olderThanMs, needed: new Set(needing.flatMap(blobsOf)) })
    } catch (error) {
      getLogger('Master').warn('files of old applications could not be removed', { error })
    }
  }
  again()
  return () => timer.cancel()
}
