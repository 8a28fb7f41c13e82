import {
  type ExecutorId,
  executorId,
  jobId,
  rddId,
  type ShuffleId,
  shuffleId,
  type TaskId,
  taskId,
} from '../common/index.js'
import type { JobSpec, LineageDependency, LineageNode } from './lineage.js'
import type { ReportedOutcome } from './task-set/task-outcome.js'
import type { TaskAttempt, TaskEnded, TaskSet } from './task-set/task-set.js'

/** Small lineages, jobs and task sets for the tests of this room. */
let nextId = 0

export function rdd(numPartitions: number, more: Partial<LineageNode> = {}): LineageNode {
  const id = rddId(nextId++)
  return {
    id,
    name: `rdd-${id}`,
    numPartitions,
    dependencies: [],
    isPersisted: false,
    preferredLocations: () => [],
    callSite: 'test',
    ...more,
  }
}

export function mapped(parent: LineageNode, more: Partial<LineageNode> = {}): LineageNode {
  const dependency: LineageDependency = { kind: 'narrow', parent, parentPartitions: (partition) => [partition] }
  return rdd(parent.numPartitions, { dependencies: [dependency], ...more })
}

/** An RDD that reads shuffles of its parents. */
export function shuffled(
  parents: readonly LineageNode[],
  numReduces: number,
  more: Partial<LineageNode> = {},
): LineageNode {
  const dependencies = parents.map((parent): LineageDependency => {
    return { kind: 'shuffle', shuffleId: shuffleId(nextId++), parent, numMaps: parent.numPartitions, numReduces }
  })
  return rdd(numReduces, { dependencies, ...more })
}

export function shuffleOf(node: LineageNode, index = 0): ShuffleId {
  const dependency = node.dependencies[index]
  if (dependency?.kind !== 'shuffle') throw new Error('it reads no shuffle')
  return dependency.shuffleId
}

export function jobOf(id: number, node: LineageNode, more: Partial<JobSpec> = {}): JobSpec {
  const partitions = Array.from({ length: node.numPartitions }, (_, partition) => partition)
  return {
    jobId: jobId(id),
    rdd: node,
    partitions,
    properties: {},
    tags: [],
    description: '',
    callSite: 'test',
    ...more,
  }
}

/** The end of an attempt of the task at `index` of a set, on an executor. */
export function endOf(
  taskSet: TaskSet,
  index: number,
  outcome: ReportedOutcome,
  on: { executor?: ExecutorId; task?: TaskId } = {},
): TaskEnded {
  const executor = on.executor ?? executorId('1')
  const attempt: TaskAttempt = {
    taskId: on.task ?? taskId(nextId++),
    stageId: taskSet.stageId,
    stageAttempt: taskSet.stageAttempt,
    jobId: taskSet.jobId,
    index,
    partition: taskSet.partitions[index] as number,
    output: taskSet.outputs[index] as number,
    attemptNumber: 0,
    executorId: executor,
    host: `host-${executor}`,
    slot: 0,
    locality: 'NO_PREF',
    speculative: false,
    launchedAt: 0,
  }
  return { type: 'taskEnded', attempt, outcome }
}
