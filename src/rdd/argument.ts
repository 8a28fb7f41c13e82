import { FiresteelError } from '../common/errors/index.js'

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
