import { FiresteelError } from '../common/errors/index.js'
import { type FileSplit, planSplits } from '../io/index.js'
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

/** Lines of files. */
export function textFile(path: string, minPartitions: number): RddSpec {
  return files('textFile', path, { format: 'text', plan: () => planSplits(path, { minPartitions }) })
}

interface FileSource {
  readonly format: 'text' | 'wholeText' | 'binaryFiles' | 'binaryRecords' | 'object' | 'jsonLines' | 'csv'
  readonly options?: unknown
  /** One list of splits for each partition. Called once, when the number of partitions is first needed. */
  readonly plan: () => FileSplit[][]
}

/** Records of files in some format. */
export function files(operation: string, path: string, source: FileSource): RddSpec {
  let splits: FileSplit[][] | undefined
  const planned = (): FileSplit[][] => {
    splits ??= source.plan()
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
