import { FiresteelError } from '../common/errors/index.js'
import { type FileSplit, type PlanSplitsOptions, planSplits } from '../io/index.js'
import type { FileFormat } from '../pipeline/index.js'
import type { RddSpec } from '../rdd/index.js'
import { encodeBatch } from '../serializer/index.js'

/** Values in slices whose sizes differ by one at most; each slice is encoded when it first travels. */
export function parallelize(values: Iterable<unknown>, numSlices: number): RddSpec {
  sliceCount('parallelize', numSlices)
  const all = Array.isArray(values) ? (values as readonly unknown[]) : [...values]
  const cut = (slice: number): number => Math.floor((slice * all.length) / numSlices)
  const encoded: (Uint8Array | undefined)[] = []
  return {
    operation: 'parallelize',
    operator: { op: 'values' },
    inputs: [],
    numPartitions: numSlices,
    attachment: (p) => {
      encoded[p] ??= encodeBatch(all.slice(cut(p), cut(p + 1)))
      return encoded[p]
    },
  }
}

/** Numbers by their bounds. */
export function range(
  start: number,
  end: number,
  options: { readonly step: number; readonly numSlices: number },
): RddSpec {
  const { step, numSlices } = options
  sliceCount('range', numSlices)
  if (!Number.isFinite(step) || step === 0) refuse('range', 'step', step, 'a number other than 0')
  const count = Math.max(0, Math.ceil((end - start) / step))
  const cut = (slice: number): number => Math.floor((slice * count) / numSlices)
  return {
    operation: 'range',
    operator: { op: 'range' },
    inputs: [],
    numPartitions: numSlices,
    tree: (p) => ({ index: p, split: { start: start + cut(p) * step, count: cut(p + 1) - cut(p), step } }),
  }
}

/** One value to a partition, which would rather run on certain hosts. */
export function placedValues<T>(
  values: Iterable<T>,
  preferredLocations: (value: T, index: number) => readonly string[],
): RddSpec {
  const all = [...values]
  const places = all.map(preferredLocations)
  return {
    operation: 'makeRDD',
    operator: { op: 'values' },
    inputs: [],
    numPartitions: all.length,
    attachment: (p) => encodeBatch([all[p]]),
    preferredLocations: (p) => places[p] ?? [],
  }
}

/** How files are read, and cut into partitions when the number of partitions is first needed. */
export interface FileSource extends PlanSplitsOptions {
  readonly format: FileFormat
  /** Of the format's reader. */
  readonly options?: unknown
}

/** Records of files in some format. */
export function files(operation: string, path: string, source: FileSource): RddSpec {
  let splits: FileSplit[][] | undefined
  const planned = (): FileSplit[][] => {
    splits ??= planSplits(path, source)
    return splits
  }
  return {
    operation,
    name: path,
    operator: { op: 'files', format: source.format, options: source.options },
    inputs: [],
    numPartitions: () => planned().length,
    tree: (p) => ({ index: p, split: planned()[p] }),
  }
}

function sliceCount(operation: string, numSlices: number): void {
  if (!Number.isInteger(numSlices) || numSlices < 1) refuse(operation, 'numSlices', numSlices, 'a positive integer')
}

function refuse(operation: string, argument: string, value: unknown, accepted: string): never {
  throw new FiresteelError('FS_RDD_ARGUMENT', { operation, argument, value: String(value), accepted })
}
