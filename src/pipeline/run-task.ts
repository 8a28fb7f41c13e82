import { decodeValue, encodeBatch, encodeValue } from '../serializer/index.js'
import { KeyTable, type ShuffleFileInfo } from '../shuffle/index.js'
import { iterate, materialise, type SyncSource } from './batch.js'
import { Opener } from './opener.js'
import type { CombinerSpec, PartitionTree, SinkSpec, StagePlan } from './plan.js'
import type { RecordConsumer } from './record-consumer.js'
import { bindSegment } from './segment.js'
import { NeedsAsync, type SinkShape } from './segment-code.js'
import { shuffleSink } from './shuffle-sink.js'
import { combineFunctions } from './shuffle-source.js'
import type { StageCode } from './stage-code.js'
import type { TaskServices } from './task-services.js'

/** What a task made: encoded values for the driver, or a file for the reduce side. */
export type TaskOutput =
  | { readonly kind: 'batches'; readonly batches: readonly Uint8Array[]; readonly records: number }
  | { readonly kind: 'value'; readonly bytes: Uint8Array }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'shuffle'; readonly file: ShuffleFileInfo }

/** A sink while it is being fed: `state` is what the generated text works on. */
export interface SinkRun {
  readonly shape: SinkShape
  readonly state: object
  /** Called after each batch. */
  readonly afterBatch?: () => void
  /** Called at the end of the records. */
  readonly finish: () => TaskOutput
  readonly abort?: () => void
  readonly hasLimit?: boolean
}

/**
 * Runs one task: opens the plan for its partition and drives the records into the sink. Synchronous as long as the user's
 * functions are; once one returns a promise, the task starts over in the asynchronous form, which the stage then keeps.
 */
export function runTask(
  plan: StagePlan,
  tree: PartitionTree,
  code: StageCode,
  services: TaskServices,
): TaskOutput | Promise<TaskOutput> {
  if (!code.isAsync) {
    try {
      return runOnce(plan, tree, code, services)
    } catch (error) {
      if (!(error instanceof NeedsAsync)) throw error
      code.isAsync = true
    }
  }
  return runOnceAsync(plan, tree, code, services)
}

function runOnce(
  plan: StagePlan,
  tree: PartitionTree,
  code: StageCode,
  services: TaskServices,
): TaskOutput | Promise<TaskOutput> {
  const opener = new Opener(plan, code, services)
  let sink: SinkRun | undefined
  try {
    if (plan.sink.kind === 'apply') return applySync(opener, plan.sink, tree)
    sink = openSink(opener, plan.sink, tree)
    const { segment, below } = opener.segmentEndingAt(plan.root, tree)
    const source = opener.openBelow(below, tree)
    if (source.isAsync) throw new NeedsAsync()
    const run = bindSegment(code, segment, sink)
    for (let batch = source.next(); batch !== undefined; batch = source.next()) {
      const isFull = run(batch)
      sink.afterBatch?.()
      services.tick()
      if (isFull === true) break
    }
    return sink.finish()
  } catch (error) {
    sink?.abort?.()
    throw error
  } finally {
    opener.close()
  }
}

async function runOnceAsync(
  plan: StagePlan,
  tree: PartitionTree,
  code: StageCode,
  services: TaskServices,
): Promise<TaskOutput> {
  const opener = new Opener(plan, code, services)
  let sink: SinkRun | undefined
  try {
    if (plan.sink.kind === 'apply') return await applyAsync(opener, plan.sink, tree)
    sink = openSink(opener, plan.sink, tree)
    const { segment, below } = opener.segmentEndingAt(plan.root, tree)
    const source = opener.openBelow(below, tree)
    const run = bindSegment(code, segment, sink)
    for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
      const isFull = await run(batch)
      sink.afterBatch?.()
      services.tick()
      if (isFull) break
    }
    return sink.finish()
  } catch (error) {
    sink?.abort?.()
    throw error
  } finally {
    opener.close()
  }
}

type ApplySink = Extract<SinkSpec, { kind: 'apply' }>

function applySync(opener: Opener, sink: ApplySink, tree: PartitionTree): TaskOutput {
  const source = opener.open(opener.plan.root, tree)
  if (source.isAsync) throw new NeedsAsync()
  const value = opener.function(sink.f, tree)(iterate(source))
  if (value instanceof Promise) throw new NeedsAsync(value)
  return { kind: 'value', bytes: encodeValue(value) }
}

async function applyAsync(opener: Opener, sink: ApplySink, tree: PartitionTree): Promise<TaskOutput> {
  const source = opener.open(opener.plan.root, tree)
  const input: SyncSource = source.isAsync ? await materialise(source) : source
  return { kind: 'value', bytes: encodeValue(await opener.function(sink.f, tree)(iterate(input))) }
}

/** Encoded results are cut into batches of about this many records. */
const resultBatch = 8192

function openSink(opener: Opener, sink: SinkSpec, tree: PartitionTree): SinkRun {
  switch (sink.kind) {
    case 'collect':
      return collectSink(sink.limit)
    case 'count': {
      const state = { count: 0 }
      return { shape: { kind: 'count' }, state, finish: () => ({ kind: 'count', count: state.count }) }
    }
    case 'reduce': {
      const state = { has: false, value: undefined as unknown, f: opener.function(sink.f, tree) }
      const finish = (): TaskOutput => ({ kind: 'value', bytes: encodeValue(state.has ? [state.value] : []) })
      return { shape: { kind: 'reduce' }, state, finish }
    }
    case 'aggregate': {
      const state = { value: decodeValue(Buffer.from(sink.zero, 'base64')), f: opener.function(sink.f, tree) }
      return { shape: { kind: 'aggregate' }, state, finish: () => ({ kind: 'value', bytes: encodeValue(state.value) }) }
    }
    case 'foreach': {
      const state = { f: opener.function(sink.f, tree) }
      return { shape: { kind: 'foreach' }, state, finish: () => ({ kind: 'count', count: 0 }) }
    }
    case 'consume':
      return consumeSink(opener.function(sink.f, tree)() as RecordConsumer)
    case 'combine':
      return combineSink(opener, sink.combiner, tree)
    case 'shuffle':
      return shuffleSink(opener, sink, tree)
    case 'apply':
      throw new Error('an apply sink is not fed record by record')
  }
}

function collectSink(limit: number | undefined): SinkRun {
  const batches: Uint8Array[] = []
  let records = 0
  const flush = () => {
    if (state.out.length === 0) return
    batches.push(encodeBatch(state.out))
    records += state.out.length
    state.out = []
  }
  const state = {
    out: [] as unknown[],
    left: limit ?? 0,
    drain(): unknown[] {
      flush()
      return state.out
    },
  }
  return {
    shape: { kind: 'records' },
    state,
    hasLimit: limit !== undefined,
    afterBatch: () => {
      if (state.out.length >= resultBatch) flush()
    },
    finish: () => {
      flush()
      return { kind: 'batches', batches, records }
    },
  }
}

function consumeSink(consumer: RecordConsumer): SinkRun {
  const state = { out: [] as unknown[] }
  return {
    shape: { kind: 'records' },
    state,
    afterBatch: () => {
      if (state.out.length === 0) return
      const records = state.out
      state.out = []
      consumer.add(records)
    },
    finish: () => ({ kind: 'value', bytes: encodeValue(consumer.finish()) }),
    abort: () => consumer.abort?.(),
  }
}

/** Merges pairs by key in memory: the result goes to the driver, where it must fit anyway. */
function combineSink(opener: Opener, combiner: CombinerSpec, tree: PartitionTree): SinkRun {
  const table = new KeyTable()
  const { create, mergeValue } = combineFunctions(opener, combiner, tree)
  return {
    shape: { kind: 'combine', create: create !== undefined },
    state: { table, create, mergeValue },
    finish: () => ({ kind: 'value', bytes: encodeValue([table.keys, table.values]) }),
  }
}
