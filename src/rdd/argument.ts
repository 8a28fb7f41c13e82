import { FiresteelError } from '../common/errors/index.js'
import { sketchPrecision } from '../pipeline/index.js'

/** Refuses an argument of an RDD operation. */
export function refuse(operation: string, argument: string, value: unknown, accepted: string): never {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  throw new FiresteelError('FS_RDD_ARGUMENT', { operation, argument, value: shown, accepted })
}

/** A number of partitions: a positive integer. */
export function partitionCount(operation: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) refuse(operation, 'numPartitions', value, 'a positive integer')
  return value
}

export function checkSeed(operation: string, seed: number): void {
  if (!Number.isFinite(seed)) refuse(operation, 'seed', seed, 'a finite number')
}

/** The precision of sketches for a relative standard deviation. */
export function checkedPrecision(operation: string, relativeSD: number): number {
  const precision = sketchPrecision(relativeSD)
  if (precision === undefined) refuse(operation, 'relativeSD', relativeSD, 'a number above 0.000017, below 1')
  return precision
}
