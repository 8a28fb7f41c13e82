import { FiresteelError } from '../../common/errors/index.js'
import { decodeValue } from '../../serializer/index.js'
import { KeyTable } from '../../shuffle/index.js'
import { type BuiltinContext, registerBuiltins } from '../builtins.js'
import type { RecordConsumer } from '../record-consumer.js'
import { partitionRandom, poisson } from './sampling.js'

interface StrataArgs {
  readonly seed: number
  /** Encoded pairs of a key and its fraction. */
  readonly fractions: string
}

interface ExactArgs extends StrataArgs {
  /** By partition and stratum: how many records there are, and how many are wanted. */
  readonly counts: readonly (readonly number[])[]
  readonly parts: readonly (readonly number[])[]
}

type Pair = readonly [key: unknown, value: unknown]

registerBuiltins({
  chosenByKey: (args: StrataArgs, _functions, context) => {
    const strata = new Strata(args, 'sampleByKey')
    const random = partitionRandom(args.seed, context.partition)
    return ([key]: Pair) => random() < strata.fractionOf(key)
  },
  copiesByKey: (args: StrataArgs, _functions, context) => {
    const strata = new Strata(args, 'sampleByKey')
    const random = partitionRandom(args.seed, context.partition)
    return (pair: Pair) => new Array<unknown>(poisson(strata.fractionOf(pair[0]), random)).fill(pair)
  },
  /** How many records each stratum has. */
  countStrata: (args: StrataArgs & { readonly operation: string }) => (): RecordConsumer => {
    const strata = new Strata(args, args.operation)
    const counts = new Array<number>(strata.size).fill(0)
    return {
      add(records) {
        for (const record of records) (counts[strata.indexOf((record as Pair)[0])] as number)++
      },
      finish: () => counts,
    }
  },
  /** Takes exactly as many of each stratum as wanted: each record by what is still wanted of those still to come. */
  exactChoice: (args: ExactArgs, _functions, context) => {
    const strata = new Strata(args, 'sampleByKeyExact')
    const random = partitionRandom(args.seed, context.partition)
    const left = [...(args.counts[context.partition] ?? [])]
    const missing = [...(args.parts[context.partition] ?? [])]
    return ([key]: Pair) => {
      const stratum = strata.indexOf(key)
      const isTaken = random() * (left[stratum] as number) < (missing[stratum] as number)
      ;(left[stratum] as number)--
      if (isTaken) (missing[stratum] as number)--
      return isTaken
    }
  },
  /** Gives as many records of each stratum as wanted, each drawn from all of them. */
  exactCopies: (args: ExactArgs, _functions, context) => {
    const strata = new Strata(args, 'sampleByKeyExact')
    const draws = drawsOf(args, context)
    const seen = new Array<number>(strata.size).fill(0)
    return (pair: Pair) => {
      const stratum = strata.indexOf(pair[0])
      const at = (seen[stratum] as number)++
      return new Array<unknown>(draws[stratum]?.get(at) ?? 0).fill(pair)
    }
  },
})

/** For each stratum how often the record of each place was drawn. */
function drawsOf(args: ExactArgs, context: BuiltinContext): Map<number, number>[] {
  const random = partitionRandom(args.seed, context.partition)
  const counts = args.counts[context.partition] ?? []
  return (args.parts[context.partition] ?? []).map((wanted, stratum) => {
    const drawn = new Map<number, number>()
    for (let i = 0; i < wanted; i++) {
      const at = Math.floor(random() * (counts[stratum] as number))
      drawn.set(at, (drawn.get(at) ?? 0) + 1)
    }
    return drawn
  })
}

class Strata {
  readonly #table = new KeyTable()
  readonly #operation: string

  constructor(args: { readonly fractions: string }, operation: string) {
    this.#operation = operation
    for (const [key, fraction] of decodeValue(Buffer.from(args.fractions, 'base64')) as [unknown, number][]) {
      this.#table.values[this.#table.id(key)] = fraction
    }
  }

  get size(): number {
    return this.#table.size
  }

  indexOf(key: unknown): number {
    const index = this.#table.find(key)
    if (index >= 0) return index
    throw new FiresteelError('FS_RDD_NO_FRACTION', { operation: this.#operation, key: String(key) })
  }

  fractionOf(key: unknown): number {
    return this.#table.values[this.indexOf(key)] as number
  }
}
