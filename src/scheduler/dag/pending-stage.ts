import type { CacheView } from '../lineage.js'
import type { PendingReason } from '../pending-reason.js'
import type { MapOutputTracker } from './map-output-tracker.js'
import type { Stage } from './stage.js'
import type { StageGraph } from './stage-graph.js'
import { missingParents } from './stage-input.js'

interface Context {
  readonly graph: StageGraph
  readonly mapOutputs: MapOutputTracker
  readonly cache: CacheView
  readonly failed: ReadonlySet<Stage>
}

/** Why a stage has not been submitted, if it is to be. */
export function explainStage(stage: Stage, { graph, mapOutputs, cache, failed }: Context): PendingReason | undefined {
  const what = `stage ${stage.id} of job ${Math.min(...stage.jobs)}`
  if (stage.state === 'waiting') {
    const missing = missingParents(stage, graph, mapOutputs, cache)
    const names = missing.map((parent) => parent.id).join(', ')
    const text = `${what}: waits for ${missing.length === 1 ? 'stage' : 'stages'} ${names}`
    return { what, reason: 'parentStages', text, figures: { parents: missing.length } }
  }
  if (stage.state === 'running' || !failed.has(stage)) return undefined
  const text = `${what}: lost map outputs are about to be made again`
  return { what, reason: 'resubmitDelay', text, figures: {} }
}
