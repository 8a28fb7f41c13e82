export { Broadcast } from './broadcast/index.js'
export { SparkConf } from './common/conf/index.js'
export { FiresteelError } from './common/errors/index.js'
export { SparkContext, type SparkContextOptions } from './driver/index.js'
export {
  AccumulatorV2,
  CollectionAccumulator,
  DoubleAccumulator,
  LongAccumulator,
  TaskContext,
} from './executor/index.js'
export { PortableFile } from './io/index.js'
export type { SparkListener, SparkListenerEvent } from './listener/index.js'
export { HashPartitioner, type MapAsyncOptions, Partitioner, RDD } from './rdd/index.js'
export { StorageLevel } from './storage/index.js'
