import type { Closure } from '../closure/index.js'
import type { ShuffleId } from '../common/index.js'
import type { PartitionTree, PlanNode, SinkSpec, StagePlan } from '../pipeline/index.js'
import type { AnyRdd } from './any-rdd.js'
import type { PlannedSpecs, RddSpec } from './rdd-base.js'

export interface CompiledStage {
  readonly plan: StagePlan
  /** The closures that the plan names; those that others need to be rebuilt come first. */
  readonly closures: readonly Closure[]
  /** What the RDDs were when the plan was made: the data of its tasks must fit it, whatever is checkpointed meanwhile. */
  readonly specs: PlannedSpecs
}

/** Compiles what one stage computes: the RDD's lineage down to the shuffles it reads, and the sink. */
export function compileStage(rdd: AnyRdd, sink: SinkSpec, sinkClosures: readonly Closure[]): CompiledStage {
  const nodes: PlanNode[] = []
  const indexes = new Map<AnyRdd, number>()
  const specs = new Map<AnyRdd, RddSpec>()
  const closures = new Map<string, Closure>()
  const shuffles = new Set<ShuffleId>()
  const visit = (at: AnyRdd): number => {
    const known = indexes.get(at)
    if (known !== undefined) return known
    const { spec } = at
    specs.set(at, spec)
    const inputs = spec.inputs.map(visit)
    for (const closure of spec.closures ?? []) closures.set(closure.hash, closure)
    for (const shuffle of spec.shuffles ?? []) shuffles.add(shuffle.shuffleId)
    const index = nodes.push({ inputs, operator: spec.operator, cache: at.cachePoint }) - 1
    indexes.set(at, index)
    return index
  }
  const root = visit(rdd)
  for (const closure of sinkClosures) closures.set(closure.hash, closure)
  return { plan: { nodes, root, sink, shuffles: [...shuffles] }, closures: [...closures.values()], specs }
}

/** What one task of a stage needs beside the plan. */
export function taskData(
  rdd: AnyRdd,
  partition: number,
  specs?: PlannedSpecs,
): { tree: PartitionTree; attachments: Uint8Array[] } {
  const attachments: Uint8Array[] = []
  const tree = rdd.treeOf(partition, (bytes) => attachments.push(bytes) - 1, specs)
  return { tree, attachments }
}
