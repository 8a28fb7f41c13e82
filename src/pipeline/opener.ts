import { FiresteelError } from '../common/errors/index.js'
import { decodeBatch, decodeValue } from '../serializer/index.js'
import { type Batch, type BatchSource, iterate, materialise, recordsOf, type SyncSource, sourceOf } from './batch.js'
import { cachedSource } from './cached-source.js'
import { cogroupSource } from './cogroup-source.js'
import { fileSource } from './file-source.js'
import { mapAsyncSource } from './map-async.js'
import { pipeSource } from './pipe.js'
import type { FunctionRef, Operator, PartitionTree, PlanNode, StagePlan } from './plan.js'
import { type Segment, segmentSource } from './segment.js'
import { NeedsAsync, type RecordOp } from './segment-code.js'
import { combineSource, shuffleSource } from './shuffle-source.js'
import type { StageCode } from './stage-code.js'
import type { TaskServices, UserFunction } from './task-services.js'

const recordOps = new Set(['map', 'filter', 'flatMap', 'mapValues', 'flatMapValues', 'keyBy', 'keys', 'values-of'])

/** Opens the nodes of a plan for one partition. One opener serves one task. */
export class Opener {
  readonly plan: StagePlan
  readonly code: StageCode
  readonly services: TaskServices
  readonly #opened: BatchSource[] = []

  constructor(plan: StagePlan, code: StageCode, services: TaskServices) {
    this.plan = plan
    this.code = code
    this.services = services
  }

  /** What comes out of a node, its own operator included. `emitsPairs` tells what the consumer would rather have. */
  open(node: number, tree: PartitionTree, emitsPairs = false): BatchSource {
    const { segment, below } = this.segmentEndingAt(node, tree)
    const input = this.openBelow(below, tree)
    const tick = () => this.services.tick()
    return this.#keep(segmentSource(this.code, segment, input, { emitsPairs, tick }))
  }

  /**
   * The run of record operators that ends at a node, and the node below it. A persisted node ends a run from above, since its
   * records are wanted as they are.
   */
  segmentEndingAt(node: number, tree: PartitionTree): { segment: Segment; below: number } {
    const ops: RecordOp[] = []
    const functions: unknown[] = []
    let at = node
    for (;;) {
      const { operator, inputs, cache } = this.node(at)
      if (!recordOps.has(operator.op) || cache !== undefined) break
      ops.unshift({ op: operator.op } as RecordOp)
      functions.unshift('f' in operator ? this.function(operator.f, tree) : undefined)
      at = inputs[0] as number
    }
    return { segment: { node, ops, functions }, below: at }
  }

  /** Opens a node that begins a segment: a leaf, a persisted node, or an operator over whole partitions. */
  openBelow(node: number, tree: PartitionTree): BatchSource {
    const { cache } = this.node(node)
    if (cache !== undefined) return this.#keep(cachedSource(this, node, tree, cache))
    return this.#keep(this.#openOperator(node, tree))
  }

  /** Opens a persisted node as if it were not: to compute what is not cached yet. */
  openUncached(node: number, tree: PartitionTree): BatchSource {
    const { operator, inputs } = this.node(node)
    if (!recordOps.has(operator.op)) return this.#keep(this.#openOperator(node, tree))
    const { segment, below } = this.segmentEndingAt(inputs[0] as number, tree)
    const ops = [...segment.ops, { op: operator.op } as RecordOp]
    const functions = [...segment.functions, 'f' in operator ? this.function(operator.f, tree) : undefined]
    const tick = () => this.services.tick()
    const source = segmentSource(this.code, { node, ops, functions }, this.openBelow(below, tree), {
      emitsPairs: false,
      tick,
    })
    return this.#keep(source)
  }

  node(index: number): PlanNode {
    return this.plan.nodes[index] as PlanNode
  }

  function(ref: FunctionRef, tree: PartitionTree): UserFunction {
    return this.services.functionOf(ref, tree.index)
  }

  /** Closes everything that was opened, newest first. */
  close(): void {
    for (let source = this.#opened.pop(); source !== undefined; source = this.#opened.pop()) source.close()
  }

  #keep<S extends BatchSource>(source: S): S {
    this.#opened.push(source)
    return source
  }

  #openOperator(node: number, tree: PartitionTree): BatchSource {
    const { operator, inputs } = this.node(node)
    const input = (i: number) => this.open(inputs[i] as number, tree.inputs?.[i] as PartitionTree)
    switch (operator.op) {
      case 'values':
        return tree.attachment === undefined ? sourceOf([]) : valuesSource(this.services.attachment(tree.attachment))
      case 'range':
        return rangeSource(tree.split as RangeSplit)
      case 'files':
      case 'checkpoint':
        return fileSource(operator, tree, this.services)
      case 'localCheckpoint':
        throw new FiresteelError('FS_RDD_CHECKPOINT_LOST', { rdd: operator.rdd, partition: tree.index })
      case 'source':
        return this.#customSource(operator, tree)
      case 'shuffle':
        return shuffleSource(this, operator, tree)
      case 'cogroup':
        return cogroupSource(this, node, operator, tree)
      case 'mapPartitions':
        return this.#mapPartitions(operator, this.open(inputs[0] as number, tree), tree)
      case 'mapAsync':
        return mapAsyncSource(
          this.open(inputs[0] as number, tree),
          this.function(operator.f, tree),
          operator,
          this.services,
        )
      case 'pipe':
        return pipeSource(this, operator.options, this.open(inputs[0] as number, tree), tree)
      case 'union':
        return this.open(inputs[tree.branch ?? 0] as number, tree.inputs?.[0] as PartitionTree)
      case 'coalesce':
        return this.#concatenate((tree.inputs ?? []).map((child) => () => this.open(inputs[0] as number, child)))
      case 'chain':
        return this.#concatenate(inputs.map((below, i) => () => this.open(below, tree.inputs?.[i] as PartitionTree)))
      case 'combine':
        return combineSource(this, this.open(inputs[0] as number, tree, true), operator, tree)
      case 'zip':
        return this.#combined([input(0), input(1)], ([left, right]) => zipped(left as SyncSource, right as SyncSource))
      case 'zipPartitions': {
        const f = this.function(operator.f, tree)
        return this.#combined(
          inputs.map((_, i) => input(i)),
          (sides) => this.#applied(() => f(...sides.map(iterate))),
        )
      }
      case 'cartesian':
        return this.#cartesian(inputs, tree)
      default:
        throw new Error(`operator ${operator.op} does not open a source`)
    }
  }

  #customSource(operator: Extract<Operator, { op: 'source' }>, tree: PartitionTree): BatchSource {
    const split = tree.attachment === undefined ? tree.split : decodeValue(this.services.attachment(tree.attachment))
    const compute = this.function(operator.compute, tree)
    return this.#applied(() => compute(split, tree.index))
  }

  #mapPartitions(
    operator: Extract<Operator, { op: 'mapPartitions' }>,
    input: BatchSource,
    tree: PartitionTree,
  ): BatchSource {
    const f = this.function(operator.f, tree)
    const call = (records: Iterable<unknown>) => (operator.withIndex ? f(tree.index, records) : f(records))
    return this.#combined([input], ([source]) => this.#applied(() => call(iterate(source as SyncSource))))
  }

  /** Makes a source out of synchronous inputs; asynchronous ones are read to their end first. */
  #combined(inputs: readonly BatchSource[], make: (inputs: readonly SyncSource[]) => BatchSource): BatchSource {
    if (inputs.every((input) => !input.isAsync)) return make(inputs as readonly SyncSource[])
    let source: BatchSource | undefined
    return {
      isAsync: true,
      next: async () => {
        source ??= make(await Promise.all(inputs.map((input) => (input.isAsync ? materialise(input) : input))))
        return source.next()
      },
      close: () => source?.close(),
    }
  }

  /** The records that a partition function returns: an iterable, an async iterable, or a promise of one. */
  #applied(call: () => unknown): BatchSource {
    if (this.code.isAsync) return asyncIterableSource(call)
    return iterableSource(call)
  }

  #concatenate(opens: readonly (() => BatchSource)[]): BatchSource {
    let at = 0
    let current: BatchSource | undefined
    if (!this.code.isAsync) {
      return {
        isAsync: false,
        next: () => {
          for (;;) {
            if (current === undefined && at === opens.length) return undefined
            current ??= (opens[at++] as () => BatchSource)()
            const batch = (current as SyncSource).next()
            if (batch !== undefined) return batch
            current = undefined
          }
        },
        close: () => current?.close(),
      }
    }
    return {
      isAsync: true,
      next: async () => {
        for (;;) {
          if (current === undefined && at === opens.length) return undefined
          current ??= (opens[at++] as () => BatchSource)()
          const batch = await current.next()
          if (batch !== undefined) return batch
          current = undefined
        }
      },
      close: () => current?.close(),
    }
  }

  /** Every record of the left with every one of the right; the right is computed anew for each batch of the left. */
  #cartesian(inputs: readonly number[], tree: PartitionTree): BatchSource {
    const [leftTree, rightTree] = tree.inputs as [PartitionTree, PartitionTree]
    const left = this.open(inputs[0] as number, leftTree)
    const openRight = () => this.open(inputs[1] as number, rightTree)
    return this.#combined([left], ([source]) => {
      if (this.code.isAsync) {
        let right: readonly unknown[] | undefined
        return {
          isAsync: true,
          next: async () => {
            right ??= await allRecords(openRight())
            const batch = (source as SyncSource).next()
            return batch === undefined ? undefined : product(recordsOf(batch), right)
          },
          close: () => source?.close(),
        }
      }
      return cartesianSource(source as SyncSource, () => openRight() as SyncSource)
    })
  }
}

interface RangeSplit {
  readonly start: number
  readonly count: number
  readonly step: number
}

function valuesSource(bytes: Uint8Array): SyncSource {
  let isRead = false
  return {
    isAsync: false,
    next() {
      if (isRead) return undefined
      isRead = true
      const records = decodeBatch(bytes)
      return records.length === 0 ? undefined : records
    },
    close() {},
  }
}

const rangeBatch = 4096

function rangeSource(split: RangeSplit): SyncSource {
  let done = 0
  return {
    isAsync: false,
    next() {
      if (done >= split.count) return undefined
      const size = Math.min(rangeBatch, split.count - done)
      const batch = new Array<number>(size)
      for (let i = 0; i < size; i++) batch[i] = split.start + (done + i) * split.step
      done += size
      return batch
    },
    close() {},
  }
}

const partitionFunctionBatch = 1024

function iterableSource(call: () => unknown): SyncSource {
  let iterator: Iterator<unknown> | undefined
  let size = 1
  let ended = false
  return {
    isAsync: false,
    next() {
      iterator ??= iteratorFrom(call())
      const batch: unknown[] = []
      while (!ended && batch.length < size) {
        const step = iterator.next()
        if (step.done) ended = true
        else batch.push(step.value)
      }
      size = Math.min(partitionFunctionBatch, size * 4)
      return batch.length === 0 ? undefined : batch
    },
    close() {
      if (!ended) iterator?.return?.()
      ended = true
    },
  }
}

function asyncIterableSource(call: () => unknown): BatchSource {
  let iterator: Iterator<unknown> | AsyncIterator<unknown> | undefined
  let ended = false
  return {
    isAsync: true,
    async next() {
      if (iterator === undefined) {
        const result = (await call()) as AsyncIterable<unknown> | undefined
        iterator = result?.[Symbol.asyncIterator]?.() ?? iteratorFrom(result)
      }
      const batch: unknown[] = []
      while (!ended && batch.length < partitionFunctionBatch) {
        const step = await iterator.next()
        if (step.done) ended = true
        else batch.push(step.value)
      }
      return batch.length === 0 ? undefined : batch
    },
    close() {
      if (!ended) void iterator?.return?.()
      ended = true
    },
  }
}

function iteratorFrom(result: unknown): Iterator<unknown> {
  if (result instanceof Promise || hasAsyncIterator(result)) throw new NeedsAsync(result)
  const make = (result as Iterable<unknown> | null | undefined)?.[Symbol.iterator]
  if (typeof make === 'function') return make.call(result)
  if (typeof (result as Iterator<unknown> | undefined)?.next === 'function') return result as Iterator<unknown>
  throw new FiresteelError('FS_RDD_NOT_ITERABLE', {
    operator: 'mapPartitions',
    value: Object.prototype.toString.call(result),
  })
}

function hasAsyncIterator(value: unknown): boolean {
  return typeof (value as AsyncIterable<unknown> | null | undefined)?.[Symbol.asyncIterator] === 'function'
}

function zipped(left: SyncSource, right: SyncSource): SyncSource {
  const a = iterate(left)
  const b = iterate(right)
  return iterableSource(function* () {
    for (;;) {
      const x = a.next()
      const y = b.next()
      if (x.done && y.done) return
      if (x.done || y.done) throw new FiresteelError('FS_RDD_ZIP_LENGTHS', { longer: x.done ? 'right' : 'left' })
      yield [x.value, y.value]
    }
  })
}

function cartesianSource(left: SyncSource, openRight: () => SyncSource): SyncSource {
  return iterableSource(function* () {
    for (let batch = left.next(); batch !== undefined; batch = left.next()) {
      const records = recordsOf(batch)
      const right = openRight()
      for (let other = right.next(); other !== undefined; other = right.next())
        yield* product(records, recordsOf(other))
      right.close()
    }
  })
}

function product(left: readonly unknown[], right: readonly unknown[]): unknown[] {
  const pairs: unknown[] = []
  for (const a of left) for (const b of right) pairs.push([a, b])
  return pairs
}

async function allRecords(source: BatchSource): Promise<unknown[]> {
  const all: unknown[] = []
  for (let batch: Batch | undefined = await source.next(); batch !== undefined; batch = await source.next()) {
    for (const record of recordsOf(batch)) all.push(record)
  }
  source.close()
  return all
}
