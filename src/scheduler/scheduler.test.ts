import { describe, expect, it } from 'vitest'
import { executorId, jobId, rddId, shuffleId } from '../common/index.js'
import type { JobSpec, Launch, LineageDependency, LineageNode, SchedulerEffect } from './index.js'
import { Scheduler } from './index.js'

let nextRdd = 0
function node(numPartitions: number, dependencies: LineageDependency[] = []): LineageNode {
  const id = rddId(nextRdd++)
  const preferredLocations = () => []
  return { id, name: `rdd${id}`, numPartitions, dependencies, isPersisted: false, preferredLocations, callSite: 'test' }
}
function shuffled(parent: LineageNode, numReduces: number, id: number): LineageNode {
  const numMaps = parent.numPartitions
  return node(numReduces, [{ kind: 'shuffle', shuffleId: shuffleId(id), parent, numMaps, numReduces }])
}
function job(
  id: number,
  rdd: LineageNode,
  partitions = Array.from({ length: rdd.numPartitions }, (_, i) => i),
): JobSpec {
  return { jobId: jobId(id), rdd, partitions, properties: {}, tags: [], description: '', callSite: 'test' }
}
const launches = (effects: SchedulerEffect[]) => effects.filter((e): e is Launch => e.type === 'launch')

describe('Scheduler', () => {
  it('runs a job of two stages to its end', () => {
    const scheduler = new Scheduler()
    scheduler.handle({ type: 'executorAdded', executorId: executorId('1'), host: 'a', slots: 2 }, 0)
    const results: unknown[] = []
    const queue = scheduler.handle({ type: 'jobSubmitted', job: job(0, shuffled(node(3), 2, 0)) }, 0)
    const seen: string[] = []
    for (let i = 0; i < queue.length; i++) {
      const effect = queue[i] as SchedulerEffect
      seen.push(effect.type)
      if (effect.type === 'partitionResult') results[effect.outputIndex] = effect.value
      if (effect.type !== 'launch') continue
      const { taskId, partition } = effect.attempt
      queue.push(...scheduler.handle({ type: 'taskStatus', taskId, outcome: { type: 'success', value: partition } }, 0))
    }
    expect(results).toEqual([0, 1])
    expect(seen.at(-1)).toBe('jobSucceeded')
    expect(launches(queue).length).toBe(5)
    scheduler.assertEmpty()
  })
})
