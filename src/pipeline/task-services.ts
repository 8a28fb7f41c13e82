import type { TaskMemory } from '../memory/index.js'
import type { CompressionCodec } from '../serializer/index.js'
import type { BlockFetch, ShuffleSource } from '../shuffle/index.js'
import type { FunctionRef } from './plan.js'
import type { TaskMetrics } from './task-metrics.js'

/** Any function of a plan, once it is rebuilt. */
// biome-ignore lint/suspicious/noExplicitAny: the bridge between typed operators and rebuilt user functions
export type UserFunction = (...args: any[]) => any

/** What a running task needs of the executor around it. Everything is on the spot: a call may block the thread. */
export interface TaskServices {
  readonly partition: number
  /** The rebuilt function; Firesteel's own ones are made anew for each task, so that they may keep state. */
  functionOf(ref: FunctionRef, partition: number): UserFunction
  attachment(index: number): Uint8Array
  /** Where the map outputs for a reduce partition are. */
  shuffleSources(shuffleId: number, reducePartition: number): readonly ShuffleSource[]
  readonly fetch: BlockFetch
  readonly blocks: BlockAccess
  readonly memory: TaskMemory
  /** Folder for temporary files of this task. */
  readonly spillDir: string
  /** Of map outputs, and of what map tasks spill, since that becomes part of them. */
  readonly codec: CompressionCodec
  /** Of everything else that is spilled. */
  readonly spillCodec: CompressionCodec
  /** The executor's environment variables, for commands that tasks start. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the task's output of a shuffle is to be written. */
  shuffleFile(shuffleId: number): string
  /** Called between batches: ends the task when it was killed or has outgrown its memory. */
  tick(): void
  readonly metrics: TaskMetrics
}

/** Cached partitions, as the executor's block store offers them to a slot. */
export interface BlockAccess {
  /** The encoded batches of a block; undefined when no executor has it. */
  get(block: string): readonly Uint8Array[] | undefined
  /** Keeps a block at a storage level; false when there was no room for it. */
  put(block: string, level: string, batches: readonly Uint8Array[]): boolean
}
