import type { CallSite, Closure } from '../closure/index.js'
import { staysHome } from '../closure/index.js'
import { FiresteelError } from '../common/errors/index.js'
import type { RddId, ShuffleId } from '../common/index.js'
import type { CachePoint, Operator, PartitionTree, ShuffleWrite } from '../pipeline/index.js'
import type { LineageDependency, LineageNode, ShuffleDependency } from '../scheduler/index.js'
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

/** A shuffle in the lineage. It holds the dependency's spec: while a stage needs the shuffle, the cleaner leaves it alone. */
interface ShuffleLineage extends ShuffleDependency {
  readonly spec: ShuffleDependencySpec
}

/** `reliable`: files in the checkpoint directory; `local`: blocks of the executors. */
export type CheckpointKind = 'reliable' | 'local'

/** The specs that a plan was compiled from. */
export type PlannedSpecs = ReadonlyMap<AnyRdd, RddSpec>

/** Identity, lineage, persistence: what every RDD has whatever its records are. */
export abstract class RddBase implements LineageNode {
  readonly id: RddId
  readonly context: RddContext
  /** @internal Replaced when a checkpoint cuts the lineage. */
  spec: RddSpec
  readonly partitioner: Partitioner | undefined
  readonly #site: CallSite
  readonly [staysHome] = 'an RDD cannot be used inside a task: collect() it, broadcast() what you need, or join()'
  #name: string
  #storageLevel: StorageLevel = StorageLevel.NONE
  #numPartitions: number | undefined
  #prepared: Promise<void> | undefined
  #mark: CheckpointKind | undefined
  #isCut = false
  #checkpointFile: string | undefined
  #hasRunJob = false
  #dependencies: readonly LineageDependency[] | undefined

  constructor(context: RddContext, spec: RddSpec) {
    context.assertRunning(spec.operation)
    this.context = context
    this.spec = spec
    this.id = context.newRddId()
    this.partitioner = spec.partitioner
    this.#name = spec.name ?? ''
    this.#site = spec.site ?? context.callSite(spec.operation)
    for (const shuffle of spec.shuffles ?? []) context.registerShuffle(shuffle)
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
    this.#dependencies ??= [
      ...this.spec.inputs.map((parent, input): LineageDependency => {
        const parents = this.spec.parents
        const parentPartitions = parents === undefined ? (p: number) => [p] : (p: number) => parents(p, input)
        return { kind: 'narrow', parent, parentPartitions }
      }),
      ...(this.spec.shuffles ?? []).map((spec): ShuffleLineage => {
        const { shuffleId, parent, numReduces } = spec
        return { kind: 'shuffle', shuffleId, parent, numMaps: parent.numPartitions, numReduces, spec }
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
    return this.spec.preferredLocations?.(partition) ?? []
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
    if (this.isLocallyCheckpointed) return this.#persistAs(withDisk(level))
    if (this.isPersisted && this.#storageLevel !== level) {
      const details = { rdd: this.toString(), current: String(this.#storageLevel), wanted: String(level) }
      throw new FiresteelError('FS_RDD_LEVEL_CHANGE', details)
    }
    return this.#persistAs(level)
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

  /**
   * Marks the RDD to be saved to the checkpoint directory, and its lineage to be cut: a job of its own writes it right after the
   * first job that uses it, so persist it first if it is costly. Must be called before a job has used the RDD.
   * @throws FS_RDD_CHECKPOINT_DIR without a directory, FS_RDD_CHECKPOINT_LATE
   */
  checkpoint(): void {
    if (this.#isCut || this.#mark === 'reliable') return
    if (this.context.checkpointDir === undefined)
      throw new FiresteelError('FS_RDD_CHECKPOINT_DIR', { rdd: String(this) })
    this.#assertUnused('checkpoint')
    this.#mark = 'reliable'
  }

  /**
   * As `checkpoint`, but the partitions are kept in the executors' own storage, memory and disk, instead of files that outlive
   * them: fast, and lost with an executor, which then fails the jobs that need them.
   * @throws FS_RDD_CHECKPOINT_LATE
   */
  localCheckpoint(): this {
    if (this.#isCut) return this
    this.#assertUnused('localCheckpoint')
    this.#mark = 'local'
    return this.#persistAs(this.isPersisted ? withDisk(this.#storageLevel) : StorageLevel.MEMORY_AND_DISK)
  }

  /** Whether its lineage has been cut: the checkpoint is there. */
  get isCheckpointed(): boolean {
    return this.#isCut
  }

  /** Whether `localCheckpoint` was called, done or not. */
  get isLocallyCheckpointed(): boolean {
    return this.#mark === 'local'
  }

  /** The folder of a reliable checkpoint that is there. */
  getCheckpointFile(): string | undefined {
    return this.#checkpointFile
  }

  /** @internal The checkpoint that is to be made of it. */
  get pendingCheckpoint(): CheckpointKind | undefined {
    return this.#isCut ? undefined : this.#mark
  }

  /** @internal Notes that a job has used it; returns whether one had before. `false` takes that back. */
  noteJob(hasRun = true): boolean {
    const before = this.#hasRunJob
    this.#hasRunJob = hasRun
    return before
  }

  /** @internal Cuts the lineage: partitions come from where `operator` and `tree` say from now on. */
  markCheckpointed(operator: Operator, options: { tree?: RddSpec['tree']; directory?: string } = {}): void {
    const { operation, name } = this.spec
    const { numPartitions, partitioner } = this
    this.spec = { operation, name, operator, inputs: [], numPartitions, partitioner, tree: options.tree }
    this.#checkpointFile = options.directory
    this.#dependencies = []
    this.#isCut = true
  }

  /** @internal The plan node's operator now. */
  get operator(): Operator {
    return this.spec.operator
  }

  /** @internal Inputs of the plan node now. */
  get inputs(): readonly AnyRdd[] {
    return this.spec.inputs
  }

  /** @internal */
  get cachePoint(): CachePoint | undefined {
    return this.isPersisted ? { rdd: this.id, level: this.#storageLevel.description } : undefined
  }

  /**
   * @internal Data of a partition for a plan; `attach` takes bytes that travel beside it and says their number. `specs` are what the
   * plan was made of: a checkpoint may have replaced some since.
   */
  treeOf(partition: number, attach: (bytes: Uint8Array) => number, specs?: PlannedSpecs): PartitionTree {
    const spec = specs?.get(this as unknown as AnyRdd) ?? this.spec
    if (spec.attachment !== undefined) {
      return { ...(spec.tree?.(partition) ?? { index: partition }), attachment: attach(spec.attachment(partition)) }
    }
    if (spec.parents === undefined && spec.tree === undefined && spec.inputs.length === 1) {
      return (spec.inputs[0] as AnyRdd).treeOf(partition, attach, specs)
    }
    const own = spec.tree?.(partition) ?? { index: partition }
    return spec.inputs.length === 0 ? own : treeOverInputs(spec, own, (input, p) => input.treeOf(p, attach, specs))
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

  #persistAs(level: StorageLevel): this {
    this.#storageLevel = level
    if (this.isPersisted) this.context.persistRdd(this as unknown as AnyRdd)
    return this
  }

  #assertUnused(operation: string): void {
    if (this.#hasRunJob) throw new FiresteelError('FS_RDD_CHECKPOINT_LATE', { operation, rdd: String(this) })
  }

  async #prepareAll(): Promise<void> {
    for (const input of this.spec.inputs) await input.prepare()
    for (const shuffle of this.spec.shuffles ?? []) await shuffle.parent.prepare()
    await this.spec.prepare?.()
  }
}

/** The level with the disk added: what a local checkpoint holds must not be evicted for good. */
function withDisk(level: StorageLevel): StorageLevel {
  return level.useDisk ? level : StorageLevel.of({ ...level, useDisk: true })
}

/** The trees of the inputs below an operator over whole partitions. */
function treeOverInputs(
  spec: RddSpec,
  own: PartitionTree,
  treeOf: (input: AnyRdd, partition: number) => PartitionTree,
): PartitionTree {
  const { inputs, parents, operator } = spec
  const { index: partition } = own
  if (operator.op === 'union') {
    const branch = own.branch ?? 0
    const [parent] = parents?.(partition, branch) ?? [partition]
    return { ...own, inputs: [treeOf(inputs[branch] as AnyRdd, parent as number)] }
  }
  if (operator.op === 'coalesce') {
    const [input] = inputs as [AnyRdd]
    return { ...own, inputs: (parents?.(partition, 0) ?? []).map((p) => treeOf(input, p)) }
  }
  return {
    ...own,
    inputs: inputs.map((input, i) => {
      const [parent] = parents?.(partition, i) ?? [partition]
      return treeOf(input, parent as number)
    }),
  }
}
