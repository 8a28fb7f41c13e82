import { Aggregation, type KeyTable } from '../shuffle/index.js'
import { type Batch, type BatchSource, materialise, PairBatch, recordsOf, type SyncSource } from './batch.js'
import type { Opener } from './opener.js'
import type { CogroupFlavour, Operator, PartitionTree } from './plan.js'
import { segmentRuntime } from './segment-code.js'
import { pairSource, shuffleInput } from './shuffle-source.js'

type CogroupOperator = Extract<Operator, { op: 'cogroup' }>
type Lists = unknown[][]

/**
 * Brings the values of a key together from several sides, then emits what the flavour asks for. All values of one key are held
 * in memory at a time; the keys of a partition need not be.
 */
export function cogroupSource(
  opener: Opener,
  node: number,
  operator: CogroupOperator,
  tree: PartitionTree,
): BatchSource {
  const { inputs } = opener.node(node)
  const sides = operator.sides.map((side) => {
    if ('shuffleId' in side) {
      return pairSource(shuffleInput(opener.services, side.shuffleId, tree.index), opener.services)
    }
    return opener.open(inputs[side.input] as number, tree.inputs?.[side.input] as PartitionTree, true)
  })
  if (sides.every((side): side is SyncSource => !side.isAsync)) return grouped(opener, sides, operator.flavour)
  let source: SyncSource | undefined
  return {
    isAsync: true,
    async next() {
      source ??= grouped(
        opener,
        await Promise.all(sides.map((side) => (side.isAsync ? materialise(side) : side))),
        operator.flavour,
      )
      return source.next()
    },
    close: () => source?.close(),
  }
}

function grouped(opener: Opener, sides: readonly SyncSource[], flavour: CogroupFlavour): SyncSource {
  const { services } = opener
  const aggregation = new Aggregation({
    memory: services.memory,
    spillDir: services.spillDir,
    codec: services.spillCodec,
    mergeSpilled: (table, keys, lists) => mergeLists(table, keys, lists as Lists[]),
  })
  let isFed = false
  let emitting: Iterator<Batch> | undefined
  const feed = () => {
    isFed = true
    sides.forEach((side, index) => {
      for (let batch = side.next(); batch !== undefined; batch = side.next()) {
        services.tick()
        addSide(aggregation.table, batch, index, sides.length)
        aggregation.afterBatch()
      }
      side.close()
    })
    aggregation.finish()
    services.metrics.memoryBytesSpilled += aggregation.metrics.memoryBytesSpilled
    services.metrics.diskBytesSpilled += aggregation.metrics.diskBytesSpilled
  }
  return {
    isAsync: false,
    next() {
      if (!isFed) feed()
      for (;;) {
        services.tick()
        if (emitting !== undefined) {
          const step = emitting.next()
          if (!step.done) return step.value
          emitting = undefined
        }
        const batch = aggregation.next()
        if (batch === undefined) return undefined
        emitting = emit(flavour, batch.keys, batch.values as Lists[])
      }
    },
    close() {
      for (const side of sides) side.close()
      aggregation.close()
    },
  }
}

function addSide(table: KeyTable, batch: Batch, side: number, count: number): void {
  const pairs = batch instanceof PairBatch ? batch : columnsOf(batch)
  const { keys, values } = pairs
  for (let i = 0; i < keys.length; i++) {
    const size = table.size
    const id = table.id(keys[i])
    if (id === size) {
      const lists: Lists = []
      for (let j = 0; j < count; j++) lists.push([])
      table.values[id] = lists
    }
    ;((table.values[id] as Lists)[side] as unknown[]).push(values[i])
  }
}

function columnsOf(batch: Batch): PairBatch {
  const keys: unknown[] = []
  const values: unknown[] = []
  for (const record of recordsOf(batch)) {
    if (!Array.isArray(record) || record.length !== 2) segmentRuntime.notPair(record)
    keys.push((record as unknown[])[0])
    values.push((record as unknown[])[1])
  }
  return new PairBatch(keys, values)
}

function mergeLists(table: KeyTable, keys: readonly unknown[], spilled: readonly Lists[]): void {
  for (let i = 0; i < keys.length; i++) {
    const size = table.size
    const id = table.id(keys[i])
    const lists = spilled[i] as Lists
    if (id === size) {
      table.values[id] = lists
      continue
    }
    const held = table.values[id] as Lists
    for (let j = 0; j < lists.length; j++) {
      const into = held[j] as unknown[]
      for (const value of lists[j] as unknown[]) into.push(value)
    }
  }
}

const emitBatch = 4096
const nothing = [undefined]

function* emit(flavour: CogroupFlavour, keys: readonly unknown[], groups: readonly Lists[]): Generator<Batch> {
  let outKeys: unknown[] = []
  let outValues: unknown[] = []
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]
    const lists = groups[i] as Lists
    const left = lists[0] as unknown[]
    const right = lists[1] as unknown[]
    switch (flavour) {
      case 'cogroup':
        outKeys.push(key)
        outValues.push(lists)
        break
      case 'intersection':
        if (left.length > 0 && right.length > 0) {
          outKeys.push(key)
          outValues.push(null)
        }
        break
      case 'subtract':
        if (right.length === 0) {
          for (const value of left) {
            outKeys.push(key)
            outValues.push(value)
          }
        }
        break
      default: {
        const keepsLeft = flavour === 'leftOuter' || flavour === 'fullOuter'
        const keepsRight = flavour === 'rightOuter' || flavour === 'fullOuter'
        const lefts = left.length === 0 && keepsRight ? nothing : left
        const rights = right.length === 0 && keepsLeft ? nothing : right
        for (const a of lefts) {
          for (const b of rights) {
            outKeys.push(key)
            outValues.push([a, b])
            if (outKeys.length >= emitBatch) {
              yield new PairBatch(outKeys, outValues)
              outKeys = []
              outValues = []
            }
          }
        }
      }
    }
    if (outKeys.length >= emitBatch) {
      yield new PairBatch(outKeys, outValues)
      outKeys = []
      outValues = []
    }
  }
  if (outKeys.length > 0) yield new PairBatch(outKeys, outValues)
}
