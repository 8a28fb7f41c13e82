import { type BlockId, groupOf, parseBlockId } from './block-id.js'
import type { BlockStatus } from './block-store.js'
import { rendezvousOrder } from './rendezvous.js'
import type { StorageLevel } from './storage-level.js'

/** An executor as the registry of blocks knows it. */
export interface BlockExecutor {
  readonly executorId: string
  readonly host: string
  /** Where it serves blocks; none: it cannot be asked by others. */
  readonly address?: { readonly host: string; readonly port: number }
  /** Bytes that its blocks may use at most. */
  readonly maxMemoryBytes: number
}

/** One copy of a block. */
export interface BlockLocation {
  readonly executorId: string
  readonly host: string
  readonly address?: { readonly host: string; readonly port: number }
  readonly slot?: number
  readonly memoryBytes: number
  readonly diskBytes: number
}

/** What `getRDDStorageInfo` shows of one RDD. */
export interface RddStorageSummary {
  readonly rdd: number
  readonly level: StorageLevel
  /** Partitions of which there is a copy. */
  readonly cachedPartitions: number
  /** Of all copies. */
  readonly memoryBytes: number
  readonly diskBytes: number
}

/** What `getExecutorMemoryStatus` shows of one executor. */
export interface ExecutorMemory {
  readonly executorId: string
  readonly host: string
  readonly maxMemoryBytes: number
  readonly memoryBytes: number
  readonly diskBytes: number
}

/** What an executor is to be told. */
export type BlockEffect =
  | { readonly kind: 'remove'; readonly executorId: string; readonly group: string }
  | {
      readonly kind: 'replicate'
      readonly executorId: string
      readonly block: BlockId
      readonly level: StorageLevel
      /** Who is to have a copy. */
      readonly to: readonly BlockExecutor[]
    }

/**
 * The driver's registry: which executor has which block, in which slot, where and how large. A pure core: it is told what
 * happened and answers what the executors are to be told.
 */
export class BlockManagerMaster {
  readonly #seed: number
  readonly #executors = new Map<string, BlockExecutor>()
  /** Executors of each block, in the order in which they got it. */
  readonly #holders = new Map<BlockId, Map<string, BlockStatus>>()
  readonly #blocksOf = new Map<string, Set<BlockId>>()
  readonly #groups = new Map<string, Set<BlockId>>()
  /** Groups that were removed: a task that was still running may yet put a block of them. */
  readonly #removed = new Set<string>()

  /** `seed` decides which executors get the copies of replicated blocks. */
  constructor(options: { readonly seed?: number } = {}) {
    this.#seed = options.seed ?? 0
  }

  addExecutor(executor: BlockExecutor): void {
    this.#executors.set(executor.executorId, executor)
    if (!this.#blocksOf.has(executor.executorId)) this.#blocksOf.set(executor.executorId, new Set())
  }

  /** An executor is gone, with all it had. `proactive`: blocks that were replicated are to be copied again. */
  removeExecutor(executorId: string, options: { readonly proactive?: boolean } = {}): BlockEffect[] {
    const lost = this.#blocksOf.get(executorId) ?? new Set()
    this.#executors.delete(executorId)
    this.#blocksOf.delete(executorId)
    const effects: BlockEffect[] = []
    for (const block of lost) {
      const level = this.#holders.get(block)?.get(executorId)?.level
      this.#drop(block, executorId)
      const effect = options.proactive && level !== undefined ? this.#restore(block, level) : undefined
      if (effect !== undefined) effects.push(effect)
    }
    return effects
  }

  /** An executor says where a block is now; no bytes: it has it no more. */
  update(executorId: string, status: BlockStatus): BlockEffect[] {
    const blocks = this.#blocksOf.get(executorId)
    // Late news of an executor that is gone.
    if (blocks === undefined) return []
    const { block } = status
    if (status.memoryBytes + status.diskBytes === 0) {
      blocks.delete(block)
      this.#drop(block, executorId)
      return []
    }
    const group = groupOf(block)
    if (this.#removed.has(group)) return [{ kind: 'remove', executorId, group }]
    blocks.add(block)
    inner(this.#holders, block, () => new Map<string, BlockStatus>()).set(executorId, status)
    inner(this.#groups, group, () => new Set<BlockId>()).add(block)
    return []
  }

  /** Who has a block, those with it in memory first. */
  locations(block: BlockId): BlockLocation[] {
    const found: BlockLocation[] = []
    for (const [executorId, status] of this.#holders.get(block) ?? []) {
      const executor = this.#executors.get(executorId)
      if (executor === undefined) continue
      const { slot, memoryBytes, diskBytes } = status
      found.push({ executorId, host: executor.host, address: executor.address, slot, memoryBytes, diskBytes })
    }
    return found.sort((a, b) => Math.sign(b.memoryBytes) - Math.sign(a.memoryBytes))
  }

  /** Who could hold further copies of a block, in the order in which they should be tried. */
  replicaCandidates(block: BlockId): BlockExecutor[] {
    const holders = this.#holders.get(block)
    const others = [...this.#executors.values()].filter((e) => e.address !== undefined && !holders?.has(e.executorId))
    return rendezvousOrder(others, (executor) => `${this.#seed} ${block} ${executor.executorId}`)
  }

  /** All copies of an RDD are to go, those that come late as well. */
  removeRdd(rdd: number): BlockEffect[] {
    return this.#removeGroup(`rdd_${rdd}`, true)
  }

  /** All copies of a broadcast on executors are to go; unless it is destroyed, executors may fetch it again. */
  removeBroadcast(broadcast: number, options: { readonly destroyed: boolean }): BlockEffect[] {
    return this.#removeGroup(`broadcast_${broadcast}`, options.destroyed)
  }

  /** An RDD that was removed is persisted again. */
  allowRdd(rdd: number): void {
    this.#removed.delete(`rdd_${rdd}`)
  }

  /** Sizes of every RDD of which there is a block. */
  rddSummaries(): RddStorageSummary[] {
    const summaries: RddStorageSummary[] = []
    for (const blocks of this.#groups.values()) {
      const [first] = blocks
      const parsed = first === undefined ? undefined : parseBlockId(first)
      if (parsed?.kind === 'rdd') summaries.push(this.#summary(parsed.rdd, blocks))
    }
    return summaries.sort((a, b) => a.rdd - b.rdd)
  }

  executorMemory(): ExecutorMemory[] {
    return [...this.#executors.values()].map(({ executorId, host, maxMemoryBytes }) => {
      const blocks = [...(this.#blocksOf.get(executorId) ?? [])]
      const statuses = blocks.flatMap((block) => this.#holders.get(block)?.get(executorId) ?? [])
      return { executorId, host, maxMemoryBytes, ...totals(statuses) }
    })
  }

  /** Whether nothing is left once all executors are gone. */
  assertEmpty(): void {
    const left = { executors: this.#executors, holders: this.#holders, blocksOf: this.#blocksOf, groups: this.#groups }
    for (const [name, map] of Object.entries(left)) {
      if (map.size > 0) throw new Error(`BlockManagerMaster.${name} still holds ${[...map.keys()].join(', ')}`)
    }
  }

  #summary(rdd: number, blocks: ReadonlySet<BlockId>): RddStorageSummary {
    const statuses = [...blocks].flatMap((block) => [...(this.#holders.get(block)?.values() ?? [])])
    const level = (statuses[0] as BlockStatus).level
    return { rdd, level, cachedPartitions: blocks.size, ...totals(statuses) }
  }

  #removeGroup(group: string, lateOnesToo: boolean): BlockEffect[] {
    if (lateOnesToo) this.#removed.add(group)
    if (this.#removed.size > rememberedRemovals) this.#removed.delete(this.#removed.values().next().value as string)
    const executors = new Set<string>()
    for (const block of [...(this.#groups.get(group) ?? [])]) {
      for (const executorId of this.#holders.get(block)?.keys() ?? []) {
        executors.add(executorId)
        this.#blocksOf.get(executorId)?.delete(block)
      }
      this.#holders.delete(block)
    }
    this.#groups.delete(group)
    // Everyone is told: somebody may be putting a block of it right now.
    for (const executorId of this.#executors.keys()) executors.add(executorId)
    return [...executors].map((executorId) => ({ kind: 'remove', executorId, group }))
  }

  #restore(block: BlockId, level: StorageLevel): BlockEffect | undefined {
    const holders = this.#holders.get(block)
    if (holders === undefined || level.replication <= holders.size) return undefined
    const to = this.replicaCandidates(block).slice(0, level.replication - holders.size)
    const executorId = holders.keys().next().value as string
    return to.length === 0 ? undefined : { kind: 'replicate', executorId, block, level, to }
  }

  #drop(block: BlockId, executorId: string): void {
    const holders = this.#holders.get(block)
    if (holders === undefined) return
    holders.delete(executorId)
    if (holders.size > 0) return
    this.#holders.delete(block)
    const group = this.#groups.get(groupOf(block))
    group?.delete(block)
    if (group?.size === 0) this.#groups.delete(groupOf(block))
  }
}

/** Enough for every task that may still be running when an RDD is removed. */
const rememberedRemovals = 10_000

function totals(statuses: readonly BlockStatus[]): { memoryBytes: number; diskBytes: number } {
  let memoryBytes = 0
  let diskBytes = 0
  for (const status of statuses) {
    memoryBytes += status.memoryBytes
    diskBytes += status.diskBytes
  }
  return { memoryBytes, diskBytes }
}

function inner<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
