import { type JobId, type ShuffleId, type StageId, stageId } from '../../common/index.js'
import type { LineageNode, ShuffleDependency } from '../lineage.js'
import type { MapOutputTracker } from './map-output-tracker.js'
import type { ActiveJob, MapStage, ResultStage, Stage } from './stage.js'

/**
 * The stages of the active jobs: lineages cut at their shuffles. A map stage is shared by all jobs whose lineage holds its
 * shuffle, and forgotten with the last of them; its outputs stay in the map output tracker. Every walk is a loop, as
 * lineages may be many thousand RDDs deep.
 */
export class StageGraph {
  readonly #mapOutputs: MapOutputTracker
  readonly #stages = new Map<StageId, Stage>()
  readonly #mapStages = new Map<ShuffleId, MapStage>()
  /** By shuffle alive: the shuffles its map stage reads. Kept as long as the outputs may be. */
  readonly #readBy = new Map<ShuffleId, readonly ShuffleId[]>()
  #nextId = 0

  constructor(mapOutputs: MapOutputTracker) {
    this.#mapOutputs = mapOutputs
  }

  get size(): number {
    return this.#stages.size
  }

  get(id: StageId): Stage | undefined {
    return this.#stages.get(id)
  }

  mapStageOf(shuffleId: ShuffleId): MapStage | undefined {
    return this.#mapStages.get(shuffleId)
  }

  /** All stages, parents before children. */
  all(): Stage[] {
    return [...this.#stages.values()]
  }

  /** The stages of a job, parents before children. */
  ofJob(id: JobId): Stage[] {
    return this.all().filter((stage) => stage.jobs.has(id))
  }

  /** Makes the stages of a new job, but for those that other jobs have made. */
  addJob(job: ActiveJob): ResultStage {
    const parents = shuffleParents(job.spec.rdd).map((dependency) => this.#mapStage(dependency))
    const stage: ResultStage = { ...this.#newStage(job.spec.rdd, parents), kind: 'result', job }
    this.#stages.set(stage.id, stage)
    this.#addToJob(stage, job.spec.jobId)
    return stage
  }

  /** Takes a stage away from a job; forgets it if that was its last. Returns whether it was. */
  removeFromJob(stage: Stage, id: JobId): boolean {
    stage.jobs.delete(id)
    if (stage.jobs.size > 0) return false
    this.#stages.delete(stage.id)
    if (stage.kind === 'map') this.#mapStages.delete(stage.shuffleId)
    return true
  }

  /** The stages that read the stage's outputs, directly or through others; parents before children. */
  consumersOf(stage: MapStage): Stage[] {
    const reached = new Set<Stage>([stage])
    for (const candidate of this.#stages.values()) {
      if (candidate.parents.some((parent) => reached.has(parent))) reached.add(candidate)
    }
    reached.delete(stage)
    return [...reached]
  }

  /** The shuffles whose outputs were computed from the shuffle's, by whichever job, active or not. */
  derivedFrom(shuffleId: ShuffleId): ShuffleId[] {
    const reached = new Set([shuffleId])
    for (let before = 0; before < reached.size; ) {
      before = reached.size
      for (const [derived, sources] of this.#readBy) {
        if (sources.some((source) => reached.has(source))) reached.add(derived)
      }
    }
    reached.delete(shuffleId)
    return [...reached]
  }

  /** Nothing refers to the shuffle any more. */
  forgetShuffle(shuffleId: ShuffleId): void {
    this.#readBy.delete(shuffleId)
  }

  #mapStage(dependency: ShuffleDependency): MapStage {
    const stack = [dependency]
    const parentsOf = new Map<ShuffleId, ShuffleDependency[]>()
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as ShuffleDependency
      if (this.#mapStages.has(top.shuffleId)) {
        stack.pop()
        continue
      }
      const known = parentsOf.get(top.shuffleId)
      const parents = known ?? shuffleParents(top.parent)
      parentsOf.set(top.shuffleId, parents)
      const missing = parents.filter((parent) => !this.#mapStages.has(parent.shuffleId))
      if (missing.length === 0) this.#addMapStage(top, parents)
      else stack.push(...missing.reverse())
    }
    return this.#mapStages.get(dependency.shuffleId) as MapStage
  }

  #addMapStage(dependency: ShuffleDependency, parents: readonly ShuffleDependency[]): void {
    const { shuffleId, parent, numMaps } = dependency
    this.#mapOutputs.addShuffle(shuffleId, numMaps)
    this.#readBy.set(
      shuffleId,
      parents.map((one) => one.shuffleId),
    )
    const parentStages = parents.map((one) => this.#mapStages.get(one.shuffleId) as MapStage)
    const stage: MapStage = {
      ...this.#newStage(parent, parentStages),
      kind: 'map',
      shuffleId,
      shuffle: dependency,
      wasComplete: this.#mapOutputs.isComplete(shuffleId),
    }
    this.#stages.set(stage.id, stage)
    this.#mapStages.set(shuffleId, stage)
  }

  #newStage(
    rdd: LineageNode,
    parents: readonly MapStage[],
  ): Omit<MapStage, 'kind' | 'shuffleId' | 'shuffle' | 'wasComplete'> {
    return {
      id: stageId(this.#nextId++),
      rdd,
      parents,
      jobs: new Set(),
      state: 'idle',
      nextAttempt: 0,
      failedAttempts: new Set(),
      oldestValidAttempt: 0,
      numTasks: 0,
    }
  }

  #addToJob(stage: Stage, id: JobId): void {
    const stack: Stage[] = [stage]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next.jobs.has(id)) continue
      next.jobs.add(id)
      stack.push(...next.parents)
    }
  }
}

/** The shuffles at which the stage that computes `rdd` begins. */
function shuffleParents(rdd: LineageNode): ShuffleDependency[] {
  const found = new Map<ShuffleId, ShuffleDependency>()
  const visited = new Set<LineageNode>()
  const stack = [rdd]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (visited.has(node)) continue
    visited.add(node)
    for (const dependency of node.dependencies) {
      if (dependency.kind === 'narrow') stack.push(dependency.parent)
      else found.set(dependency.shuffleId, dependency)
    }
  }
  return [...found.values()]
}
