import { FiresteelError } from '../../common/errors/index.js'
import { compareKeys } from '../../common/key/index.js'
import type { UserFunction } from '../task-services.js'

/** A user function that must answer at once: a comparator or a partitioner. @throws FS_RDD_ASYNC_UNSUPPORTED when it returns a promise */
export function synchronous(f: UserFunction, operation: string): UserFunction {
  return (...args) => {
    const result = f(...args) as unknown
    if (result instanceof Promise) {
      result.catch(() => {})
      throw new FiresteelError('FS_RDD_ASYNC_UNSUPPORTED', { operation })
    }
    return result
  }
}

/** The order of a user's comparator, or the natural one. */
export function orderOf(compare: UserFunction | undefined, operation: string): (a: unknown, b: unknown) => number {
  return compare === undefined ? compareKeys : synchronous(compare, operation)
}
