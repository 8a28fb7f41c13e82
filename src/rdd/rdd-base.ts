import type { CallSite, Closure } from '../closure/index.js'
import { staysHome } from '../closure/index.js'
import { FiresteelError } from '../common/errors/index.js'
import type { RddId, ShuffleId } from '../common/index.js'
import type { CachePoint, Operator, PartitionTree, ShuffleWrite } from '../pipeline/index.js'
import type { LineageDependency, LineageNode } from '../scheduler/index.js'
import { StorageLevel } from '../storage/index.js'
import type { AnyRdd } from './any-rdd.js'
import type { Partitioner } from './partitioner.js'
import type { RddContext } from './rdd-context.js'

/** An RDD's own part of the plan, and how it hangs together with others. */
export interface RddSpec {
  readonly operator: Operator
  /** What the operator reads within the same stage, in the order of the plan node's inputs. */
  readonly inputs: readonly AnyRdd[]
  /** Shuffles it reads. */
  readonly shuffles?: readonly ShuffleDependencySpec[]
  readonly numPartitions: number | (() => number)
  readonly partitioner?: Partitioner
  /** Data of a partition; default that of the only input's partition with the same index. */
  readonly tree?: (partition: number) => PartitionTree
  /** Bytes that travel with a task beside its tree. */
  readonly attachment?: (partition: number) => Uint8Array
  /** Input partitions that a partition needs, by input; default the one with the same index. */
  readonly parents?: (partition: number, input: number) => readonly number[]
  readonly preferredLocations?: (partition: number) => readonly string[]
  readonly closures?: readonly Closure[]
  /** What must happen on the driver before a job may use it: sampling the bounds of a sort. */
  readonly prepare?: () => Promise<void>
  readonly name?: string
  readonly operation: string
  /** Where the user's program made it; default from the stack. */
  readonly site?: CallSite
  readonly isDeterministic?: boolean
}

/** A shuffle that an RDD reads: whose records, and how they are written. */
export interface ShuffleDependencySpec {
  readonly shuffleId: ShuffleId
  readonly parent: AnyRdd
  /** Asked when the map stage is launched, after `prepare`. */
  readonly write: () => ShuffleWrite
  readonly closures: readonly Closure[]
  readonly numReduces: number
}

/** Identity, lineage, persistence: what every RDD has whatever its records are. */
export abstract class RddBase implements LineageNode {
  readonly id: RddId
  readonly context: RddContext
  /** @internal */
  readonly spec: RddSpec
  readonly partitioner: Partitioner | undefined
  readonly #site: CallSite
  readonly [staysHome] = 'an RDD cannot be used inside a task: collect() it, broadcast() what you need, or join()'
  #name: string
  #storageLevel: StorageLevel = StorageLevel.NONE
  #numPartitions: number | undefined
  #prepared: Promise<void> | undefined
  #checkpoint: { directory: string; splits: readonly (readonly unknown[])[] } | undefined
  #dependencies: readonly LineageDependency[] | undefined

  constructor(context: RddContext, spec: RddSpec) {
    context.assertRunning(spec.operation)
    this.context = context
    this.spec = spec
    this.id = context.newRddId()
    this.partitioner = spec.partitioner
    this.#name = spec.name ?? ''
    this.#site = spec.site ?? context.callSite(spec.operation)
    for (const shuffle of spec.shuffles ?? []) context.registerShuffle(shuffle.shuffleId, this)
  }

  /** The name it was given, else the operation that made it. */
  get name(): string {
    return this.#name === '' ? this.spec.operation : this.#name
  }

  /** Where it was made: `app.ts:14`. */
  get callSite(): string {
    return this.#site.short.slice(this.#site.short.indexOf(' at ') + 4)
  }

  setName(name: string): this {
    this.#name = name
    return this
  }

  /** Number of partitions. For files this lists them, on the spot. */
  get numPartitions(): number {
    if (this.#checkpoint !== undefined) return this.#checkpoint.splits.length
    if (this.#numPartitions === undefined) {
      const { numPartitions } = this.spec
      this.#numPartitions = typeof numPartitions === 'number' ? numPartitions : numPartitions()
    }
    return this.#numPartitions
  }

  getNumPartitions(): number {
    return this.numPartitions
  }

  /** Indexes of the partitions. */
  get partitions(): readonly number[] {
    return Array.from({ length: this.numPartitions }, (_, i) => i)
  }

  get dependencies(): readonly LineageDependency[] {
    if (this.#checkpoint !== undefined) return []
    this.#dependencies ??= [
      ...this.spec.inputs.map((parent, input): LineageDependency => {
        const parents = this.spec.parents
        const parentPartitions = parents === undefined ? (p: number) => [p] : (p: number) => parents(p, input)
        return { kind: 'narrow', parent, parentPartitions }
      }),
      ...(this.spec.shuffles ?? []).map((shuffle): LineageDependency => {
        const { shuffleId, parent, numReduces } = shuffle
        return { kind: 'shuffle', shuffleId, parent, numMaps: parent.numPartitions, numReduces }
      }),
    ]
    return this.#dependencies
  }

  get isPersisted(): boolean {
    return this.#storageLevel !== StorageLevel.NONE
  }

  get isDeterministic(): boolean {
    return this.spec.isDeterministic ?? true
  }

  preferredLocations(partition: number): readonly string[] {
    return this.#checkpoint === undefined ? (this.spec.preferredLocations?.(partition) ?? []) : []
  }

  /** Keeps partitions once computed, in memory: `persist(StorageLevel.MEMORY_ONLY)`. */
  cache(): this {
    return this.persist()
  }

  /**
   * Keeps partitions once computed.
   * @throws FS_RDD_LEVEL_CHANGE when it has another level already
   */
  persist(level: StorageLevel = StorageLevel.MEMORY_ONLY): this {
    if (this.isPersisted && this.#storageLevel !== level) {
      const details = { rdd: this.toString(), current: String(this.#storageLevel), wanted: String(level) }
      throw new FiresteelError('FS_RDD_LEVEL_CHANGE', details)
    }
    this.#storageLevel = level
    if (this.isPersisted) this.context.persistRdd(this as unknown as AnyRdd)
    return this
  }

  /** Forgets the kept partitions. `blocking` waits until every executor has dropped them. */
  async unpersist(blocking = false): Promise<this> {
    this.#storageLevel = StorageLevel.NONE
    await this.context.unpersistRdd(this as unknown as AnyRdd, blocking)
    return this
  }

  getStorageLevel(): StorageLevel {
    return this.#storageLevel
  }

  get isCheckpointed(): boolean {
    return this.#checkpoint !== undefined
  }

  getCheckpointFile(): string | undefined {
    return this.#checkpoint?.directory
  }

  /** @internal Cuts the lineage: partitions are read from these files from now on. */
  markCheckpointed(directory: string, splits: readonly (readonly unknown[])[]): void {
    this.#checkpoint = { directory, splits }
    this.#dependencies = []
  }

  /** @internal The plan node's operator now. */
  get operator(): Operator {
    return this.#checkpoint === undefined
      ? this.spec.operator
      : { op: 'checkpoint', directory: this.#checkpoint.directory }
  }

  /** @internal Inputs of the plan node now. */
  get inputs(): readonly AnyRdd[] {
    return this.#checkpoint === undefined ? this.spec.inputs : []
  }

  /** @internal */
  get cachePoint(): CachePoint | undefined {
    return this.isPersisted ? { rdd: this.id, level: this.#storageLevel.description } : undefined
  }

  /** @internal Data of a partition for the plan; `attach` takes bytes that travel beside it and says their number. */
  treeOf(partition: number, attach: (bytes: Uint8Array) => number): PartitionTree {
    if (this.#checkpoint !== undefined) return { index: partition, split: this.#checkpoint.splits[partition] }
    const { spec } = this
    if (spec.attachment !== undefined) {
      return { ...(spec.tree?.(partition) ?? { index: partition }), attachment: attach(spec.attachment(partition)) }
    }
    if (spec.parents === undefined && spec.tree === undefined && spec.inputs.length === 1) {
      return (spec.inputs[0] as AnyRdd).treeOf(partition, attach)
    }
    const own = spec.tree?.(partition) ?? { index: partition }
    return spec.inputs.length === 0 ? own : this.#treeOverInputs(own, partition, attach)
  }

  /** @internal Everything below that must be prepared on the driver, deepest first; shared by jobs. */
  prepare(): Promise<void> {
    this.#prepared ??= this.#prepareAll()
    this.#prepared.catch(() => {
      this.#prepared = undefined
    })
    return this.#prepared
  }

  toString(): string {
    const name = this.#name === '' ? '' : `${this.#name} `
    return `${name}${this.spec.operation} RDD[${this.id}] at ${this.callSite}`
  }

  /** The lineage as text, shuffles indented. */
  toDebugString(): string {
    const lines: string[] = []
    const visit = (rdd: RddBase, indent: string, mark: string): void => {
      const level = rdd.isPersisted ? ` [${rdd.getStorageLevel()}]` : ''
      lines.push(`${indent}${mark}(${rdd.numPartitions}) ${rdd}${level}`)
      for (const dependency of rdd.dependencies) {
        const parent = dependency.parent as unknown as RddBase
        if (dependency.kind === 'shuffle') visit(parent, `${indent} `, '+-')
        else visit(parent, indent, ' | ')
      }
    }
    visit(this, '', '')
    return lines.join('\n')
  }

  #treeOverInputs(own: PartitionTree, partition: number, attach: (bytes: Uint8Array) => number): PartitionTree {
    const { inputs, parents } = this.spec
    if (this.spec.operator.op === 'union') {
      const branch = own.branch ?? 0
      const [parent] = parents?.(partition, branch) ?? [partition]
      return { ...own, inputs: [(inputs[branch] as AnyRdd).treeOf(parent as number, attach)] }
    }
    if (this.spec.operator.op === 'coalesce') {
      const [input] = inputs as [AnyRdd]
      return { ...own, inputs: (parents?.(partition, 0) ?? []).map((p) => input.treeOf(p, attach)) }
    }
    return {
      ...own,
      inputs: inputs.map((input, i) => {
        const [parent] = parents?.(partition, i) ?? [partition]
        return input.treeOf(parent as number, attach)
      }),
    }
  }

  async #prepareAll(): Promise<void> {
    if (this.#checkpoint !== undefined) return
    for (const input of this.spec.inputs) await input.prepare()
    for (const shuffle of this.spec.shuffles ?? []) await shuffle.parent.prepare()
    await this.spec.prepare?.()
  }
}
