export { Aggregation, type AggregationMetrics } from './aggregation.js'
export { CombineWriter } from './combine-writer.js'
export { KeyTable } from './key-table.js'
export { type PartOffsets, type PartRange, partOffsets, partRange } from './part-offsets.js'
export { encodePartSizes, PartSizes, sizeOfCode } from './part-sizes.js'
export { PartitionWriter } from './partition-writer.js'
export { readShuffleIndex, readShuffleRange, type ShuffleIndex } from './shuffle-file.js'
export { type FetchFailureCause, ShuffleInput, type ShuffleReadMetrics } from './shuffle-input.js'
export { type SizeColumns, sizeColumns } from './size-columns.js'
export { Sorter } from './sorter.js'
export type { SyncFiles } from './sync-files.js'
export type {
  AggregationOptions,
  BlockFetch,
  CombineWriterOptions,
  FetchedPiece,
  LocalSource,
  PairBatch,
  PartitionWriterOptions,
  RemoteSource,
  ShuffleFileInfo,
  ShuffleInputOptions,
  ShuffleSource,
  ShuffleWriterOptions,
  SorterOptions,
  SpillMetrics,
  SpillOptions,
} from './types.js'
