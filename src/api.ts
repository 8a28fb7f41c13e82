export { Broadcast } from './broadcast/index.js'
export { SparkConf } from './common/conf/index.js'
export { FiresteelError } from './common/errors/index.js'
export {
  type MakeRddOptions,
  type RddSource,
  type SessionConf,
  SparkContext,
  type SparkContextOptions,
  SparkSession,
  type SparkSessionBuilder,
} from './driver/index.js'
export {
  AccumulatorV2,
  CollectionAccumulator,
  DoubleAccumulator,
  LongAccumulator,
  SparkFiles,
  TaskContext,
} from './executor/index.js'
export type { CsvReaderOptions, JsonLinesReaderOptions } from './io/index.js'
export { PortableFile } from './io/index.js'
export type { SparkListener, SparkListenerEvent } from './listener/index.js'
export { StatCounter } from './pipeline/index.js'
export {
  type ApproximateEvaluator,
  BoundedDouble,
  type Comparator,
  FutureAction,
  HashPartitioner,
  KeyMap,
  type MapAsyncOptions,
  PartialResult,
  type PartitionEvaluator,
  type PartitionEvaluatorFactory,
  Partitioner,
  RangePartitioner,
  type RangePartitionerOptions,
  RDD,
  type SortOptions,
} from './rdd/index.js'
export type { PendingReason, PoolState } from './scheduler/index.js'
export { StorageLevel } from './storage/index.js'
