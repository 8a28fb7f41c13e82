import type { RddId, ShuffleId } from '../common/index.js'

/**
 * A stage as data. The driver compiles an RDD's lineage, from the shuffles it reads to the RDD it computes, into a table of
 * nodes; executors open the nodes for one partition at a time and run the fused code. A plan is JSON: user functions are named by
 * the hash of their captured closure, Firesteel's own by name.
 */
export interface StagePlan {
  /** Nodes; inputs come before their users. */
  readonly nodes: readonly PlanNode[]
  /** Index of the node whose records go to the sink. */
  readonly root: number
  readonly sink: SinkSpec
  /** Shuffles that some node reads. */
  readonly shuffles: readonly ShuffleId[]
}

/**
 * A function in a plan: captured user code by content hash, or one of Firesteel's own by name, with JSON arguments and the
 * user functions that it calls.
 */
export type FunctionRef =
  | { readonly closure: string }
  | { readonly builtin: string; readonly args?: unknown; readonly functions?: readonly FunctionRef[] }

/** One operator. `inputs` are node indexes; `rdd` is set where the partition may be cached. */
export interface PlanNode {
  readonly inputs: readonly number[]
  readonly operator: Operator
  readonly cache?: CachePoint
}

/** The RDD of this node is persisted: its partition is read from the block store, or computed once and put there. */
export interface CachePoint {
  readonly rdd: RddId
  /** Name of the storage level, or its description. */
  readonly level: string
}

/** Operators, by `op`. */
export type Operator =
  // Leaves: their data comes from the partition's `split`.
  | { readonly op: 'values' } // records encoded in the task's attachment
  | { readonly op: 'range' } // split: { start, end, step }
  | { readonly op: 'files'; readonly format: FileFormat; readonly options?: unknown } // split: FileSplit[]
  | { readonly op: 'source'; readonly compute: FunctionRef } // split: encoded partition in the task's attachment
  | { readonly op: 'checkpoint'; readonly directory: string } // split: FileSplit[]
  | { readonly op: 'localCheckpoint'; readonly rdd: RddId } // only reached when the cached block is lost
  | { readonly op: 'shuffle'; readonly shuffleId: ShuffleId; readonly read: ShuffleRead }
  | { readonly op: 'cogroup'; readonly sides: readonly CogroupSide[]; readonly flavour: CogroupFlavour }
  // One record at a time, fused.
  | { readonly op: 'map' | 'filter' | 'flatMap' | 'mapValues' | 'flatMapValues' | 'keyBy'; readonly f: FunctionRef }
  | { readonly op: 'keys' | 'values-of' }
  // One partition at a time.
  | { readonly op: 'mapPartitions'; readonly f: FunctionRef; readonly withIndex: boolean }
  | {
      readonly op: 'mapAsync'
      readonly f: FunctionRef
      readonly kind: 'map' | 'flatMap'
      readonly options: AsyncOptions
    }
  | { readonly op: 'pipe'; readonly options: PipeOptions }
  // Several partitions.
  | { readonly op: 'union' } // the partition's `branch` says which input
  | { readonly op: 'coalesce' } // the partition's inputs are partitions of the only input, read one after another
  | { readonly op: 'chain' } // one partition of each input, read one after another
  | { readonly op: 'combine'; readonly combiner?: CombinerSpec } // by key, within the partition; without combiner into lists
  | { readonly op: 'zip' }
  | { readonly op: 'zipPartitions'; readonly f: FunctionRef }
  | { readonly op: 'cartesian' }

export type FileFormat = 'text' | 'wholeText' | 'binaryFiles' | 'binaryRecords' | 'object' | 'jsonLines' | 'csv'

/** How the fetched side of a shuffle becomes records. */
export type ShuffleRead =
  | { readonly kind: 'pairs' } // as they come
  | { readonly kind: 'records' } // no pairs: repartition
  | { readonly kind: 'combine'; readonly combiner: CombinerSpec; readonly mapSideCombined: boolean }
  | { readonly kind: 'group' }
  | { readonly kind: 'sort'; readonly ascending: boolean; readonly compare?: FunctionRef }

/** The three functions of combineByKey. A missing `create` takes the first value as it is. */
export interface CombinerSpec {
  readonly create?: FunctionRef
  readonly mergeValue: FunctionRef
  readonly mergeCombiners: FunctionRef
}

/** One parent of a cogroup: read from a shuffle, or an input node that is already partitioned alike. */
export type CogroupSide = { readonly shuffleId: ShuffleId } | { readonly input: number }

/** What a cogroup emits for a key. */
export type CogroupFlavour = 'cogroup' | 'join' | 'leftOuter' | 'rightOuter' | 'fullOuter' | 'subtract' | 'intersection'

/** Options of the asynchronous operators. */
export interface AsyncOptions {
  /** Calls in flight in one task; default 16. */
  readonly concurrency: number
  /** Whether results keep the order of their inputs; default true. */
  readonly ordered: boolean
  /** Milliseconds after which a call fails; 0 for none. */
  readonly timeoutMs: number
  /** Further tries of a failed call; default 0. */
  readonly retries: number
  /** Milliseconds before the first further try; doubles each time. */
  readonly retryDelayMs: number
}

export interface PipeOptions {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly separateWorkingDirectory: boolean
  readonly printContext?: FunctionRef
  readonly printRecord?: FunctionRef
}

/** What a task does with the records of the root node. */
export type SinkSpec =
  | { readonly kind: 'collect'; readonly limit?: number }
  | { readonly kind: 'count' }
  | { readonly kind: 'reduce'; readonly f: FunctionRef }
  | { readonly kind: 'aggregate'; readonly f: FunctionRef; readonly zero: string /* base64 of an encoded value */ }
  | { readonly kind: 'foreach'; readonly f: FunctionRef }
  | { readonly kind: 'apply'; readonly f: FunctionRef }
  | { readonly kind: 'consume'; readonly f: FunctionRef } // f makes a RecordConsumer
  | { readonly kind: 'combine'; readonly combiner: CombinerSpec } // pairs merged by key, given back as [keys, values]
  | { readonly kind: 'shuffle'; readonly shuffleId: ShuffleId; readonly write: ShuffleWrite }

export interface ShuffleWrite {
  readonly numPartitions: number
  readonly partitioner: PartitionerSpec
  /** Map-side combine, where there is one. */
  readonly combiner?: CombinerSpec
  /** Whether records are pairs routed by key; otherwise whole records are routed by the partitioner. */
  readonly pairs: boolean
}

/** How a key finds its reduce partition. Bounds are an encoded array in base64. */
export type PartitionerSpec =
  | { readonly kind: 'hash' }
  | { readonly kind: 'range'; readonly bounds: string; readonly ascending: boolean; readonly compare?: FunctionRef }
  | { readonly kind: 'custom'; readonly partition: FunctionRef }
  | { readonly kind: 'roundRobin' }

/** The data of one partition: a leaf's split, and below operators over several partitions the trees of those. */
export interface PartitionTree {
  readonly index: number
  readonly split?: unknown
  /** Index into the task's attachments. */
  readonly attachment?: number
  readonly branch?: number
  readonly inputs?: readonly PartitionTree[]
}
