import type { CacheView, LineageNode } from '../lineage.js'
import type { MapOutputTracker } from './map-output-tracker.js'
import { isFullyCached } from './placement.js'
import type { MapStage, Stage } from './stage.js'
import type { StageGraph } from './stage-graph.js'

/**
 * The map stages that have to run before the stage can, by id: those it reads from whose outputs are not complete, but for
 * those behind an RDD of which every partition is in the cache.
 */
export function missingParents(
  stage: Stage,
  graph: StageGraph,
  mapOutputs: MapOutputTracker,
  cache: CacheView,
): MapStage[] {
  const missing = new Set<MapStage>()
  const visited = new Set<LineageNode>()
  const stack = [stage.rdd]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (visited.has(node)) continue
    visited.add(node)
    if (isFullyCached(node, cache)) continue
    for (const dependency of node.dependencies) {
      if (dependency.kind === 'narrow') stack.push(dependency.parent)
      else if (!mapOutputs.isComplete(dependency.shuffleId)) {
        const parent = graph.mapStageOf(dependency.shuffleId)
        if (parent !== undefined) missing.add(parent)
      }
    }
  }
  return [...missing].sort((a, b) => a.id - b.id)
}
