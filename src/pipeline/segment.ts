import { type AsyncSource, type Batch, type BatchSource, PairBatch, type SyncSource } from './batch.js'
import { type RecordOp, type SinkShape, segmentRuntime } from './segment-code.js'
import type { StageCode } from './stage-code.js'

/** A run of record operators with their functions, as one task uses it. */
export interface Segment {
  /** Index of the last node of the run: names the text. */
  readonly node: number
  readonly ops: readonly RecordOp[]
  readonly functions: readonly unknown[]
}

type Run = (batch: Batch) => boolean | Promise<boolean>
type PullRun = (batch: Batch) => Generator<boolean, boolean> | AsyncGenerator<boolean, boolean>

/** Binds a segment to a sink state; the text is made for the kind of batches that really come. */
export function bindSegment(
  code: StageCode,
  segment: Segment,
  sink: { readonly shape: SinkShape; readonly state: object; readonly hasLimit?: boolean; readonly isPull?: boolean },
): Run {
  const make = (pairsIn: boolean): Run => {
    const shape = {
      ops: segment.ops,
      pairsIn,
      sink: sink.shape,
      isAsync: code.isAsync,
      hasLimit: sink.hasLimit ?? false,
      isPull: sink.isPull,
    }
    const factory = code.segment(segment.node, shape)
    return factory(segment.functions, sink.state, segmentRuntime) as unknown as Run
  }
  let ofRecords: Run | undefined
  let ofPairs: Run | undefined
  return (batch) => {
    if (batch instanceof PairBatch) {
      ofPairs ??= make(true)
      return ofPairs(batch)
    }
    ofRecords ??= make(false)
    return ofRecords(batch)
  }
}

/** A source over a segment: what comes from below, through the operators. */
export function segmentSource(
  code: StageCode,
  segment: Segment,
  input: BatchSource,
  options: { readonly emitsPairs: boolean; readonly tick: () => void },
): BatchSource {
  if (segment.ops.length === 0) return input
  const state = options.emitsPairs ? { keys: [] as unknown[], values: [] as unknown[] } : { out: [] as unknown[] }
  const shape: SinkShape = options.emitsPairs ? { kind: 'pairs' } : { kind: 'records' }
  const run = bindSegment(code, segment, { shape, state, isPull: true }) as unknown as PullRun
  const take = (): Batch | undefined => {
    if (state.keys !== undefined) {
      const { keys, values } = state
      if (keys.length === 0) return undefined
      state.keys = []
      state.values = []
      return new PairBatch(keys, values)
    }
    const out = state.out as unknown[]
    if (out.length === 0) return undefined
    state.out = []
    return out
  }
  let running: ReturnType<PullRun> | undefined
  if (!code.isAsync && !input.isAsync) {
    const source: SyncSource = {
      isAsync: false,
      next() {
        for (;;) {
          options.tick()
          if (running === undefined) {
            const batch = input.next()
            if (batch === undefined) return undefined
            running = run(batch)
          }
          if ((running as Generator<boolean, boolean>).next().done) running = undefined
          const out = take()
          if (out !== undefined) return out
        }
      },
      close() {
        void running?.return(true)
        input.close()
      },
    }
    return source
  }
  const source: AsyncSource = {
    isAsync: true,
    async next() {
      for (;;) {
        options.tick()
        if (running === undefined) {
          const batch = await input.next()
          if (batch === undefined) return undefined
          running = run(batch)
        }
        const step = await running.next()
        if (step.done) running = undefined
        const out = take()
        if (out !== undefined) return out
      }
    },
    close() {
      void running?.return(true)
      input.close()
    },
  }
  return source
}
