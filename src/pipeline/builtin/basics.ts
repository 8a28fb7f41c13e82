import { equalKeys } from '../../common/key/index.js'
import { decodeValue } from '../../serializer/index.js'
import { registerBuiltins } from '../builtins.js'
import type { UserFunction } from '../task-services.js'
import { synchronous } from './synchronous.js'

/** Small functions that the operators of RDDs are put together from. */
registerBuiltins({
  identity: () => (x: unknown) => x,
  withNull: () => (x: unknown) => [x, null],
  first: () => (a: unknown) => a,
  swap: () => (pair: readonly unknown[]) => [pair[1], pair[0]],
  one: () => () => 1,
  add: () => (a: number, b: number) => a + b,
  synchronous: ({ operation }: { readonly operation: string }, [f]) => synchronous(f as UserFunction, operation),
  /** Computes a partition by an evaluator of its own. */
  evaluate:
    (_args, [create], context) =>
    (...inputs: unknown[]) =>
      (create as UserFunction)().eval(context.partition, ...inputs),
  ignoreResult:
    (_args, [f]) =>
    (records: unknown) => {
      const result = (f as UserFunction)(records) as unknown
      return result instanceof Promise ? result.then(() => null) : null
    },
  /** combineByKey's first step for a zero value: every key gets a copy of its own. */
  fromZero: (zero: string, [add]) => {
    const bytes = Buffer.from(zero, 'base64')
    return (value: unknown) => (add as UserFunction)(decodeValue(bytes), value)
  },
  hasKey: ({ key }: { readonly key: string }) => {
    const wanted = decodeValue(Buffer.from(key, 'base64'))
    return (pair: readonly [unknown, unknown]) => equalKeys(pair[0], wanted)
  },
  glom: () => (records: Iterable<unknown>) => [Array.from(records)],
  /** Spark's zipWithIndex: the index of a partition's first record comes with the plan. */
  zipWithIndex: (args: { readonly starts: readonly number[] }, _functions, context) => {
    let next = args.starts[context.partition] ?? 0
    return (x: unknown) => [x, next++]
  },
  /** k, k+n, k+2n, ... for the k-th of n partitions. */
  zipWithUniqueId: (args: { readonly numPartitions: number }, _functions, context) => {
    let next = context.partition
    return (x: unknown) => {
      const id = next
      next += args.numPartitions
      return [x, id]
    }
  },
})
