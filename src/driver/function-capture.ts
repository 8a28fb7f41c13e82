import { type CallSite, callSite, capture } from '../closure/index.js'
import { FiresteelError } from '../common/errors/index.js'
import type { CapturedFunction } from '../rdd/index.js'
import { withUserStack } from './user-stack.js'

/** Captures the functions given to RDD operations. Accumulators and the like that a closure holds are told to `onHandles`. */
export function captureFunction(f: unknown, operation: string, site: CallSite = callSite(operation)): CapturedFunction {
  if (typeof f !== 'function') {
    const value = f === undefined ? 'undefined' : typeof f
    throw new FiresteelError('FS_RDD_ARGUMENT', { operation, argument: 'its function', value, accepted: 'a function' })
  }
  try {
    const closure = capture(f, { site, role: `the function given to ${operation}` })
    return { ref: { closure: closure.hash }, closures: [closure] }
  } catch (error) {
    throw withUserStack(error, site)
  }
}
