import { FiresteelError } from '../../common/errors/index.js'
import { registerBuiltins } from '../builtins.js'
import type { RecordConsumer } from '../record-consumer.js'
import { StatCounter } from './stat-counter.js'

registerBuiltins({
  /** Adds numbers, and nothing else. */
  sum: () => (sum: number, x: unknown) => {
    if (typeof x !== 'number') throw notANumber('sum', x)
    return sum + x
  },
  stats:
    ({ operation }: { readonly operation: string }) =>
    (): RecordConsumer => {
      const counter = new StatCounter()
      return {
        add(records) {
          for (const x of records) {
            if (typeof x !== 'number') throw notANumber(operation, x)
            counter.merge(x)
          }
        },
        finish: () => counter.state,
      }
    },
  /** Counts numbers by buckets; `evenly` when all buckets are equally wide. */
  histogram:
    ({ buckets, evenly }: { readonly buckets: readonly number[]; readonly evenly: boolean }) =>
    (): RecordConsumer => {
      const counts = new Array<number>(buckets.length - 1).fill(0)
      const bucketOf = evenly ? evenBucket(buckets) : anyBucket(buckets)
      return {
        add(records) {
          for (const x of records) {
            if (typeof x !== 'number') throw notANumber('histogram', x)
            const bucket = bucketOf(x)
            if (bucket >= 0) (counts[bucket] as number)++
          }
        },
        finish: () => counts,
      }
    },
})

function notANumber(operation: string, value: unknown): FiresteelError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return new FiresteelError('FS_RDD_NOT_A_NUMBER', { operation, value: shown })
}

/** The last bucket has both its ends; all others only their lower one. */
function evenBucket(buckets: readonly number[]): (x: number) => number {
  const count = buckets.length - 1
  const min = buckets[0] as number
  const max = buckets[count] as number
  return (x) => {
    if (!(x >= min && x <= max)) return -1
    return max === min ? 0 : Math.min(Math.floor(((x - min) / (max - min)) * count), count - 1)
  }
}

function anyBucket(buckets: readonly number[]): (x: number) => number {
  const count = buckets.length - 1
  return (x) => {
    if (!(x >= (buckets[0] as number) && x <= (buckets[count] as number))) return -1
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (x >= (buckets[middle + 1] as number)) low = middle + 1
      else high = middle
    }
    return Math.min(low, count - 1)
  }
}
