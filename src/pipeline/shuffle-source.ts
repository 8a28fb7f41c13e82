import { Aggregation, type KeyTable, ShuffleInput, Sorter } from '../shuffle/index.js'
import { type AsyncSource, type Batch, type BatchSource, materialise, PairBatch, type SyncSource } from './batch.js'
import type { Opener } from './opener.js'
import type { CombinerSpec, Operator, PartitionTree } from './plan.js'
import { bindSegment } from './segment.js'
import type { TaskServices, UserFunction } from './task-services.js'

type ShuffleOperator = Extract<Operator, { op: 'shuffle' }>

/** The records of a reduce partition: as they were written, combined by key, grouped, or sorted. */
export function shuffleSource(opener: Opener, operator: ShuffleOperator, tree: PartitionTree): BatchSource {
  const { read } = operator
  const input = shuffleInput(opener.services, operator.shuffleId, tree.index)
  switch (read.kind) {
    case 'pairs':
      return pairSource(input, opener.services)
    case 'records':
      return recordSource(input, opener.services)
    case 'combine':
      return combined(
        opener,
        pairSource(input, opener.services),
        combineFunctions(opener, read.combiner, tree),
        read.mapSideCombined,
      )
    case 'group':
      return combined(opener, pairSource(input, opener.services), groupFunctions, false)
    case 'sort': {
      const compare = read.compare === undefined ? undefined : opener.function(read.compare, tree)
      return sorted(opener.services, input, { ascending: read.ascending, compare })
    }
  }
}

/** The fetched side of a shuffle for one reduce partition. */
export function shuffleInput(services: TaskServices, shuffleId: number, reduceId: number): ShuffleInput {
  const sources = services.shuffleSources(shuffleId, reduceId)
  const { metrics } = services
  const onBlock = (kind: 'local' | 'remote', bytes: number): void => {
    if (kind === 'local') {
      metrics.shuffleLocalBlocksFetched++
      metrics.shuffleLocalBytesRead += bytes
    } else {
      metrics.shuffleRemoteBlocksFetched++
      metrics.shuffleRemoteBytesRead += bytes
    }
  }
  return new ShuffleInput({ shuffleId, reduceId, sources, fetch: services.fetch, onBlock })
}

/** The fetched pairs as they come. */
export function pairSource(input: ShuffleInput, services: TaskServices): SyncSource {
  return {
    isAsync: false,
    next() {
      services.tick()
      const batch = input.next()
      if (batch === undefined) return undefined
      services.metrics.shuffleRecordsRead += batch.keys.length
      return new PairBatch(batch.keys, batch.values)
    },
    close: () => input.close(),
  }
}

function recordSource(input: ShuffleInput, services: TaskServices): SyncSource {
  return {
    isAsync: false,
    next() {
      services.tick()
      const records = input.nextRecords()
      if (records !== undefined) services.metrics.shuffleRecordsRead += records.length
      return records
    },
    close: () => input.close(),
  }
}

/** The three functions of combineByKey, rebuilt. */
export interface CombineFunctions {
  readonly create: UserFunction | undefined
  readonly mergeValue: UserFunction
  readonly mergeCombiners: UserFunction
}

/** Rebuilds the functions of a combiner. */
export function combineFunctions(opener: Opener, combiner: CombinerSpec, tree: PartitionTree): CombineFunctions {
  return {
    create: combiner.create === undefined ? undefined : opener.function(combiner.create, tree),
    mergeValue: opener.function(combiner.mergeValue, tree),
    mergeCombiners: opener.function(combiner.mergeCombiners, tree),
  }
}

const groupFunctions: CombineFunctions = {
  create: (value) => [value],
  mergeValue: (list: unknown[], value) => {
    list.push(value)
    return list
  },
  mergeCombiners: (list: unknown[], other: unknown[]) => {
    for (const value of other) list.push(value)
    return list
  },
}

/** Merges by key what a partition holds already: its keys are nowhere else. */
export function combineSource(
  opener: Opener,
  input: BatchSource,
  operator: Extract<Operator, { op: 'combine' }>,
  tree: PartitionTree,
): BatchSource {
  const { combiner } = operator
  const functions = combiner === undefined ? groupFunctions : combineFunctions(opener, combiner, tree)
  if (!input.isAsync) return combined(opener, input, functions, false)
  let source: BatchSource | undefined
  return {
    isAsync: true,
    async next() {
      source ??= combined(opener, await materialise(input), functions, false)
      return source.next()
    },
    close: () => source?.close(),
  }
}

/** Buckets that are read back look after their memory themselves. */
const noCheck = (): void => undefined

function combined(
  opener: Opener,
  input: SyncSource,
  functions: CombineFunctions,
  mapSideCombined: boolean,
): BatchSource {
  const { services, code } = opener
  const node = -1 - opener.plan.nodes.length
  const merging = (table: KeyTable) =>
    bindSegment(
      code,
      { node, ops: [], functions: [] },
      {
        shape: { kind: 'combine', create: false },
        state: {
          table,
          create: undefined,
          mergeValue: functions.mergeCombiners,
          check: table === aggregation.table ? () => aggregation.afterBatch() : noCheck,
        },
      },
    )
  let mergeInto: { table: KeyTable; run: (batch: Batch) => unknown } | undefined
  const aggregation = new Aggregation({
    memory: services.memory,
    spillDir: services.spillDir,
    codec: services.spillCodec,
    mergeSpilled: (table, keys, combiners) => {
      if (mergeInto?.table !== table) mergeInto = { table, run: merging(table) }
      mergeInto.run(new PairBatch(keys, combiners))
    },
  })
  const run = mapSideCombined
    ? merging(aggregation.table)
    : bindSegment(
        code,
        { node: node - 1, ops: [], functions: [] },
        {
          shape: { kind: 'combine', create: functions.create !== undefined },
          state: {
            table: aggregation.table,
            create: functions.create,
            mergeValue: functions.mergeValue,
            check: () => aggregation.afterBatch(),
          },
        },
      )
  return aggregated({ services, input, run, aggregation, isAsync: code.isAsync })
}

/** Feeds a source into an aggregation, then gives what the aggregation holds. */
export function aggregated(parts: {
  readonly services: TaskServices
  readonly input: SyncSource
  readonly run: (batch: Batch) => unknown
  readonly aggregation: Aggregation
  readonly isAsync: boolean
}): BatchSource {
  const { services, input, run, aggregation } = parts
  let isFed = false
  const accounted = { memory: 0, disk: 0 }
  const fed = () => {
    isFed = true
    input.close()
    aggregation.finish()
  }
  const account = () => {
    services.metrics.memoryBytesSpilled += aggregation.metrics.memoryBytesSpilled - accounted.memory
    services.metrics.diskBytesSpilled += aggregation.metrics.diskBytesSpilled - accounted.disk
    accounted.memory = aggregation.metrics.memoryBytesSpilled
    accounted.disk = aggregation.metrics.diskBytesSpilled
  }
  const take = (): Batch | undefined => {
    services.tick()
    const batch = aggregation.next()
    return batch === undefined ? undefined : new PairBatch(batch.keys, batch.values)
  }
  const close = () => {
    account()
    input.close()
    aggregation.close()
  }
  if (!parts.isAsync) {
    return {
      isAsync: false,
      next() {
        if (!isFed) {
          for (let batch = input.next(); batch !== undefined; batch = input.next()) {
            run(batch)
            aggregation.afterBatch()
          }
          fed()
        }
        return take()
      },
      close,
    }
  }
  const source: AsyncSource = {
    isAsync: true,
    async next() {
      if (!isFed) {
        for (let batch = input.next(); batch !== undefined; batch = input.next()) {
          await run(batch)
          aggregation.afterBatch()
        }
        fed()
      }
      return take()
    },
    close,
  }
  return source
}

function sorted(
  services: TaskServices,
  input: ShuffleInput,
  order: { readonly ascending: boolean; readonly compare: UserFunction | undefined },
): SyncSource {
  const sorter = new Sorter({
    memory: services.memory,
    spillDir: services.spillDir,
    codec: services.spillCodec,
    ...order,
  })
  let isFed = false
  return {
    isAsync: false,
    next() {
      if (!isFed) {
        for (let batch = input.next(); batch !== undefined; batch = input.next()) {
          services.tick()
          services.metrics.shuffleRecordsRead += batch.keys.length
          sorter.addAll(batch.keys, batch.values)
        }
        isFed = true
        input.close()
        sorter.finish()
        services.metrics.memoryBytesSpilled += sorter.metrics.memoryBytesSpilled
        services.metrics.diskBytesSpilled += sorter.metrics.diskBytesSpilled
      }
      services.tick()
      const batch = sorter.next()
      return batch === undefined ? undefined : new PairBatch(batch.keys, batch.values)
    },
    close() {
      input.close()
      sorter.close()
    },
  }
}
