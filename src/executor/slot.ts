import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { type HandleRef, rebuild } from '../closure/index.js'
import { FiresteelError, toWireError } from '../common/errors/index.js'
import { HeapGauge, MemoryPool, TaskMemory } from '../memory/index.js'
import {
  type BlockAccess,
  type FunctionRef,
  isDeclaredAsync,
  makeBuiltin,
  newTaskMetrics,
  runTask,
  StageCode,
  type StagePlan,
  type TaskMetrics,
  type TaskOutput,
  type TaskServices,
  type UserFunction,
} from '../pipeline/index.js'
import { type CompressionCodec, compressionCodec } from '../serializer/index.js'
import { type FetchedPiece, partOffsets, type RemoteSource, type ShuffleSource } from '../shuffle/index.js'
import { type AccumulatorHandle, type AccumulatorV2, SlotAccumulators } from './accumulator.js'
import { BlockingCaller } from './blocking-call.js'
import { CompressedBlocks } from './compressed-blocks.js'
import { setFilesRoot } from './files/index.js'
import { encodeMapStatus } from './map-status.js'
import { shuffleFileNumber, shuffleFilePath } from './shuffle-file-path.js'
import { SlotBroadcast } from './slot-broadcast.js'
import { SlotClaims } from './slot-claims.js'
import type { TaskResources } from './slot-resources.js'
import { controlWords, SlotWatch } from './slot-watch.js'
import { TaskContext } from './task-context.js'
import {
  type FromSlot,
  type ShuffleLocations,
  type SlotOutcome,
  type SlotTask,
  type SlotTaskEnd,
  type StageBinary,
  type TaskDescription,
  type ToSlot,
  unknownOffset,
} from './task-message.js'

/** What a slot thread is given when it starts. */
export interface SlotData {
  readonly slot: number
  readonly executorId: string
  readonly calls: MessagePort
  readonly callWord: SharedArrayBuffer
  /** Two words: the id of the task to kill, and how often. */
  readonly control: SharedArrayBuffer
  readonly memory: SharedArrayBuffer
  /** Folders for shuffle output and spills of this executor. */
  readonly localDirs: readonly string[]
  readonly codecs: SlotCodecs
  /** Where installed packages are looked up when they are not found where the driver found them. */
  readonly moduleBase?: string
  /** Where `SparkFiles` looks. */
  readonly filesRoot?: string
  /** Bytes of heap at which the running task is stopped by name. */
  readonly heapLimitBytes: number
  readonly askTimeoutMs: number
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Custom resources of the task that runs here. */
  readonly resources?: TaskResources
}

/** Names of codecs by what they compress. */
export interface SlotCodecs {
  /** Map outputs. */
  readonly shuffle: string
  readonly spill: string
  /** Cached partitions; `none` for keeping them as they are encoded. */
  readonly rdd: string
  readonly zstdLevel?: number
}

/** Ends of tasks are held back this long at most, to be told together. */
const holdEndsMs = 1

interface LoadedStage {
  readonly plan: StagePlan
  readonly code: StageCode
  readonly functions: Map<string, UserFunction>
  failure?: unknown
}

/** Runs tasks on one thread, one at a time. Synchronous but for asynchronous user functions and the loading of modules. */
export class Slot {
  readonly #data: SlotData
  readonly #post: (message: FromSlot, transfer?: readonly ArrayBuffer[]) => void
  readonly #caller: BlockingCaller
  readonly #pool: MemoryPool
  readonly #codecs: { readonly shuffle: CompressionCodec; readonly spill: CompressionCodec }
  readonly #blocks: BlockAccess
  readonly #stages = new Map<string, LoadedStage | Promise<LoadedStage>>()
  readonly #accumulators = new SlotAccumulators()
  readonly #broadcasts: SlotBroadcast
  readonly #heap: HeapGauge
  readonly #watch: SlotWatch
  readonly #claims: SlotClaims
  readonly #queue: SlotTask[] = []
  #ended: SlotTaskEnd[] = []
  #endedSince = 0
  #isRunning = false
  #fileCount = 0

  constructor(data: SlotData, post: (message: FromSlot, transfer?: readonly ArrayBuffer[]) => void) {
    this.#data = data
    this.#post = post
    this.#caller = new BlockingCaller(data.calls, new Int32Array(data.callWord))
    this.#pool = MemoryPool.attach(data.memory)
    const { shuffle, spill, rdd, zstdLevel } = data.codecs
    const options = { zstdLevel }
    this.#codecs = { shuffle: compressionCodec(shuffle, options), spill: compressionCodec(spill, options) }
    this.#blocks = this.#blockAccess(rdd === 'none' ? undefined : compressionCodec(rdd, options))
    this.#broadcasts = new SlotBroadcast((id) => this.#ask('broadcast', { id }) as Uint8Array)
    const control = new Int32Array(data.control)
    this.#claims = new SlotClaims(control.subarray(controlWords))
    this.#heap = new HeapGauge({ limitBytes: data.heapLimitBytes })
    setFilesRoot(data.filesRoot)
    this.#watch = new SlotWatch(control, this.#heap)
  }

  handle(message: ToSlot): void {
    switch (message.type) {
      case 'stage':
        this.#stages.set(message.stage.key, this.#load(message.stage))
        return
      case 'forgetStage':
        this.#stages.delete(message.key)
        return
      case 'forgetBroadcast':
        this.#broadcasts.forget(message.id)
        return
      case 'tasks':
        this.#queue.push(...message.tasks)
        if (!this.#isRunning) this.#drain()
    }
  }

  /** Runs what is queued, one task after another. What has ended is told when nothing is left, or a task may take its time. */
  #drain(): void {
    this.#isRunning = true
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (!this.#claims.claim(next.claim)) continue
      if (this.#ended.length > 0 && performance.now() - this.#endedSince > holdEndsMs) this.#tell()
      const pending = this.#begin(next)
      if (pending !== undefined) {
        if (this.#ended.length > 0) this.#tell()
        void pending.then(() => this.#drain())
        return
      }
    }
    this.#isRunning = false
    this.#tell()
  }

  #begin(task: SlotTask): void | Promise<void> {
    const stage = this.#stages.get(task.task.stageKey)
    if (stage instanceof Promise) return stage.then((loaded) => this.#run(task, loaded))
    return this.#run(task, stage as LoadedStage)
  }

  /** Tells of the tasks that have ended. */
  #tell(): void {
    if (this.#ended.length === 0) return
    const tasks = this.#ended
    this.#ended = []
    this.#post(
      { type: 'ended', tasks },
      tasks.flatMap((end) => transferable(end.outcome)),
    )
  }

  #load(stage: StageBinary): Promise<LoadedStage> {
    const functions = new Map<string, UserFunction>()
    const code = new StageCode(`stage ${stage.key}`, false)
    const loaded: LoadedStage = { plan: stage.plan, code, functions }
    const load = async (): Promise<LoadedStage> => {
      try {
        for (const closure of stage.closures) {
          const options = {
            resolveHandle: (ref: HandleRef) => this.#resolveHandle(ref, functions),
            moduleBase: this.#data.moduleBase,
          }
          functions.set(closure.hash, (await rebuild(closure.bytes, options)) as UserFunction)
        }
        // A task that finds out later starts over, and calls once more what it has called.
        code.isAsync = [...functions.values()].some(isDeclaredAsync)
      } catch (error) {
        loaded.failure = error
      }
      this.#stages.set(stage.key, loaded)
      return loaded
    }
    return load()
  }

  #resolveHandle(ref: HandleRef, functions: ReadonlyMap<string, UserFunction>): unknown {
    if (ref.kind === 'broadcast') return this.#broadcasts.resolve(ref.data as { id: number })
    if (ref.kind === 'accumulator') {
      const make = (factory: string) => (functions.get(factory) as UserFunction)() as AccumulatorV2<never, unknown>
      return this.#accumulators.resolve(ref.data as AccumulatorHandle, make)
    }
    throw new Error(`unknown handle ${ref.kind}`)
  }

  /** Runs a task to its end and reports it. Synchronous tasks end before this returns. */
  #run(message: SlotTask, stage: LoadedStage): void | Promise<void> {
    const { task } = message
    const metrics = newTaskMetrics()
    const memory = new TaskMemory({ pool: this.#pool, slot: this.#data.slot, sampleHeap: () => this.#heap.sample() })
    const context = new TaskContext(task, {
      metrics,
      isKilled: () => this.#watch.isKilled(),
      resources: this.#data.resources,
    })
    const started = performance.now()
    const cpuStarted = threadCpu()
    TaskContext.enter(context)
    this.#accumulators.reset()
    this.#watch.begin(task.taskId)

    const finish = (outcome: SlotOutcome): void => {
      const failure = outcome.kind === 'failed' ? { error: outcome.error } : undefined
      const thrown = context.end(failure)
      const final: SlotOutcome =
        thrown !== undefined && failure === undefined ? { kind: 'failed', error: toWireError(thrown) } : outcome
      TaskContext.enter(undefined)
      metrics.executorRunTime = performance.now() - started
      metrics.executorCpuTime = threadCpu() - cpuStarted
      metrics.peakExecutionMemory = memory.metrics.peakBytes
      memory.close()
      this.#watch.end()
      const updates = final.kind === 'failed' || final.kind === 'killed' ? [] : this.#accumulators.updates()
      if (this.#ended.length === 0) this.#endedSince = performance.now()
      this.#ended.push({ taskId: task.taskId, outcome: final, metrics, updates })
    }
    const failed = (error: unknown): void => {
      if (FiresteelError.is(error, 'FS_TASK_KILLED')) finish({ kind: 'killed', reason: String(error.details.reason) })
      else finish({ kind: 'failed', error: toWireError(error) })
    }
    const done = (output: TaskOutput): void => finish(outcomeOf(output))

    try {
      if (stage === undefined) throw new Error(`stage ${task.stageKey} is not known to this slot`)
      if (stage.failure !== undefined) throw stage.failure
      const services = this.#services(message, stage, { metrics, memory })
      const output = runTask(stage.plan, task.tree, stage.code, services)
      if (output instanceof Promise) return output.then(done, failed)
      done(output)
    } catch (error) {
      failed(error)
    }
  }

  #services(
    message: SlotTask,
    stage: LoadedStage,
    parts: { readonly metrics: TaskMetrics; readonly memory: TaskMemory },
  ): TaskServices {
    const { task, attachments, shuffles } = message
    const { metrics, memory } = parts
    const folder = this.#data.localDirs[task.taskId % this.#data.localDirs.length] as string
    const functionOf = (ref: FunctionRef, partition: number): UserFunction => {
      if ('closure' in ref) return stage.functions.get(ref.closure) as UserFunction
      const functions = (ref.functions ?? []).map((inner) => functionOf(inner, partition))
      const { stageId, attemptNumber, taskId } = task
      return makeBuiltin(ref.builtin, ref.args, functions, {
        partition,
        stageId,
        attemptNumber,
        taskId,
        isAsync: stage.code.isAsync,
        wrote: (bytes, records) => {
          metrics.outputBytesWritten += bytes
          metrics.outputRecordsWritten += records
        },
        canCommit: () =>
          this.#ask('canCommit', { stageId, partition: task.partition, attemptNumber, taskId }) as boolean,
      })
    }
    return {
      partition: task.partition,
      functionOf,
      attachment: (index) => attachments[index] as Uint8Array,
      shuffleSources: (shuffleId, reducePartition) => sourcesOf(shuffles, shuffleId, reducePartition),
      fetch: (requests) => this.#fetch(task, requests as readonly LocatedSource[]),
      blocks: this.#blocks,
      memory,
      spillDir: folder,
      codec: this.#codecs.shuffle,
      spillCodec: this.#codecs.spill,
      environment: this.#data.environment,
      shuffleFile: (shuffleId) => {
        const id = { shuffleId, mapId: task.partition, taskId: task.taskId, file: this.#fileCount++ }
        const path = shuffleFilePath(this.#data.localDirs, id)
        mkdirSync(dirname(path), { recursive: true })
        return path
      },
      tick: () => this.#watch.tick(),
      metrics,
    }
  }

  /** Cached partitions, which all executors of an application keep alike. */
  #blockAccess(codec: CompressionCodec | undefined): BlockAccess {
    const kept: BlockAccess = {
      get: (block) => this.#ask('getBlock', { block }) as readonly Uint8Array[] | undefined,
      put: (block, level, batches) =>
        this.#ask('putBlock', { block, level, batches, slot: this.#data.slot }) as boolean,
    }
    return codec === undefined ? kept : new CompressedBlocks(kept, codec)
  }

  /** Fetches remote shuffle blocks through the executor's main thread, which has the requests in flight. */
  *#fetch(task: TaskDescription, requests: readonly LocatedSource[]): Iterable<FetchedPiece> {
    const fetch = this.#ask('openFetch', {
      taskId: task.taskId,
      requests: requests.map(({ shuffleId, mapId, reducePartition, executorId, length }) => ({
        shuffleId,
        mapId,
        reducePartition,
        executorId,
        length,
      })),
    }) as number
    try {
      for (;;) {
        const piece = this.#ask('nextPiece', { fetch }) as FetchedPiece | undefined
        if (piece === undefined) return
        yield piece
      }
    } finally {
      this.#ask('closeFetch', { fetch })
    }
  }

  #ask(method: string, argument: unknown): unknown {
    return this.#caller.call(method, argument, this.#data.askTimeoutMs)
  }
}

/** A remote source with what its executor needs to find it. */
interface LocatedSource extends RemoteSource {
  readonly shuffleId: number
  readonly reducePartition: number
  /** Bytes to expect, within some per cent. */
  readonly length: number
}

function sourcesOf(shuffles: readonly ShuffleLocations[], shuffleId: number, reducePartition: number): ShuffleSource[] {
  const found = shuffles.find((s) => s.shuffleId === shuffleId && s.reducePartition === reducePartition)
  if (found === undefined) throw new Error(`no locations of shuffle ${shuffleId} for partition ${reducePartition}`)
  return Array.from(found.mapIds, (mapId, i): ShuffleSource => {
    const executorId = found.executorIds[found.executorOf[i] as number] as string
    const length = found.lengths[i] as number
    const path = found.paths[i] as string
    if (path === '') return { kind: 'remote', mapId, executorId, length, shuffleId, reducePartition } as LocatedSource
    const offset = found.offsets[i] as number
    return { kind: 'local', mapId, executorId, path, range: offset === unknownOffset ? undefined : { offset, length } }
  })
}

function outcomeOf(output: TaskOutput): SlotOutcome {
  if (output.kind !== 'shuffle') return output
  const { path, lengths } = output.file
  const status = encodeMapStatus(shuffleFileNumber(path), lengths)
  return { kind: 'shuffle', path, parts: partOffsets(lengths), status }
}

/** Buffers of a result that can move to the main thread instead of being copied. */
function transferable(outcome: SlotOutcome): ArrayBuffer[] {
  const arrays = outcome.kind === 'batches' ? outcome.batches : outcome.kind === 'value' ? [outcome.bytes] : []
  const whole = arrays.filter(
    (a) => a.byteLength > 4096 && a.byteLength === a.buffer.byteLength && a.buffer instanceof ArrayBuffer,
  )
  return [...new Set(whole.map((a) => a.buffer as ArrayBuffer))]
}

const threadCpuUsage = (process as { threadCpuUsage?: () => { user: number; system: number } }).threadCpuUsage

/** Milliseconds of cpu time of this thread; 0 where Node cannot tell (before 23.9). */
function threadCpu(): number {
  if (threadCpuUsage === undefined) return 0
  const { user, system } = threadCpuUsage.call(process)
  return (user + system) / 1000
}
