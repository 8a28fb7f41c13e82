import { decodeValue } from '../../serializer/index.js'
import { registerBuiltins } from '../builtins.js'
import { NeedsAsync } from '../segment-code.js'
import type { UserFunction } from '../task-services.js'

registerBuiltins({
  /** A partition's records merged into one; nothing for none. */
  reducePartition:
    (_args, [f], { isAsync }) =>
    (records: Iterator<unknown>) => {
      const first = records.next()
      if (first.done) return []
      return (isAsync ? foldLater : fold)(f as UserFunction, first.value, records)
    },
  /** A partition's records gathered into a copy of the zero value. */
  aggregatePartition:
    ({ zero }: { readonly zero: string }, [f], { isAsync }) =>
    (records: Iterator<unknown>) =>
      (isAsync ? foldLater : fold)(f as UserFunction, decodeValue(Buffer.from(zero, 'base64')), records),
  /** The key of a partition's result in the next level of a tree. */
  partitionModulo: ({ count }: { readonly count: number }, _functions, context) => {
    const key = context.partition % count
    return () => key
  },
})

function fold(f: UserFunction, zero: unknown, records: Iterator<unknown>): unknown[] {
  let result = zero
  for (let step = records.next(); !step.done; step = records.next()) {
    result = f(result, step.value)
    if (result instanceof Promise) throw new NeedsAsync(result)
  }
  return [result]
}

async function foldLater(f: UserFunction, zero: unknown, records: Iterator<unknown>): Promise<unknown[]> {
  let result = zero
  for (let step = records.next(); !step.done; step = records.next()) result = await f(result, step.value)
  return [result]
}
