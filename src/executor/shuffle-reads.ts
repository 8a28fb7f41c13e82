import type { StagePlan } from '../pipeline/index.js'
import type { TaskDescription } from './task-message.js'

/** Which parts of which shuffles a task reads: the partition tree says the partition at each reading node. */
export function* shuffleReads(
  plan: StagePlan,
  task: TaskDescription,
): Generator<{ shuffleId: number; partition: number }> {
  if (plan.shuffles.length === 0) return
  const seen = new Set<string>()
  type Visit = { node: number; tree: TaskDescription['tree'] }
  const todo: Visit[] = [{ node: plan.root, tree: task.tree }]
  for (let visit = todo.pop(); visit !== undefined; visit = todo.pop()) {
    const { tree } = visit
    const { operator, inputs } = plan.nodes[visit.node] as StagePlan['nodes'][number]
    const own =
      operator.op === 'shuffle'
        ? [operator.shuffleId]
        : operator.op === 'cogroup'
          ? cogroupShuffles(operator.sides)
          : []
    for (const shuffleId of own) {
      const key = `${shuffleId}/${tree.index}`
      if (seen.has(key)) continue
      seen.add(key)
      yield { shuffleId, partition: tree.index }
    }
    if (operator.op === 'union')
      todo.push({ node: inputs[tree.branch ?? 0] as number, tree: tree.inputs?.[0] as Visit['tree'] })
    else if (operator.op === 'coalesce')
      for (const child of tree.inputs ?? []) todo.push({ node: inputs[0] as number, tree: child })
    else if (tree.inputs !== undefined && inputs.length === tree.inputs.length && isManySided(operator.op)) {
      inputs.forEach((node, i) => {
        todo.push({ node, tree: tree.inputs?.[i] as Visit['tree'] })
      })
    } else for (const node of inputs) todo.push({ node, tree })
  }
}

const isManySided = (op: string): boolean =>
  op === 'zip' || op === 'zipPartitions' || op === 'cartesian' || op === 'cogroup' || op === 'chain'

function cogroupShuffles(sides: readonly ({ shuffleId: number } | { input: number })[]): number[] {
  return sides.flatMap((side) => ('shuffleId' in side ? [side.shuffleId] : []))
}
