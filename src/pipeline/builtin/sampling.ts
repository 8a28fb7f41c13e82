import { hashNumber } from '../../common/key/index.js'
import { registerBuiltins } from '../builtins.js'
import type { RecordConsumer } from '../record-consumer.js'

/** A small seeded generator (xorshift128 by way of splitmix32): the same seed gives the same numbers everywhere. */
export function seededRandom(seed: number): () => number {
  let s = seed | 0
  const mix = (): number => {
    s = (s + 0x9e3779b9) | 0
    let z = s
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let [x, y, z, w] = [mix(), mix(), mix(), mix() | 1]
  return () => {
    const t = x ^ (x << 11)
    x = y
    y = z
    z = w
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8)
    return (w >>> 0) / 4294967296
  }
}

/** The numbers of one partition under a seed. */
export function partitionRandom(seed: number, partition: number): () => number {
  return seededRandom(hashNumber(seed) ^ Math.imul(partition + 1, 0x85ebca6b))
}

/** A number of events by the Poisson distribution (D. E. Knuth's way; large means in steps, which add up). */
export function poisson(mean: number, random: () => number): number {
  let events = 0
  for (let left = mean; left > 0; left -= 30) {
    const limit = Math.exp(-Math.min(left, 30))
    for (let product = random(); product > limit; product *= random()) events++
  }
  return events
}

registerBuiltins({
  /** Whether the record's random number lies in [low, high): cells of one seed are disjoint. */
  inCell: (args: { readonly seed: number; readonly low: number; readonly high: number }, _functions, context) => {
    const random = partitionRandom(args.seed, context.partition)
    return () => {
      const x = random()
      return x >= args.low && x < args.high
    }
  },
  /** As many copies of a record as a Poisson distribution says. */
  copies: (args: { readonly seed: number; readonly mean: number }, _functions, context) => {
    const random = partitionRandom(args.seed, context.partition)
    return (record: unknown) => new Array<unknown>(poisson(args.mean, random)).fill(record)
  },
  /** A uniform sample of a partition's keys, by reservoir, and how many there are. */
  sampleKeys: (args: { readonly size: number; readonly seed: number }, _functions, context) => (): RecordConsumer => {
    const random = partitionRandom(args.seed, context.partition)
    const keys: unknown[] = []
    let count = 0
    return {
      add(records) {
        for (const key of records) {
          if (keys.length < args.size) keys.push(key)
          else {
            const at = Math.floor(random() * (count + 1))
            if (at < args.size) keys[at] = key
          }
          count++
        }
      },
      finish: () => ({ count, keys }),
    }
  },
})
