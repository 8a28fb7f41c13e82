import { expect, test } from 'vitest'
import type { JobId } from '../common/index.js'
import { newTaskMetrics } from '../pipeline/index.js'
import type { JobRequest } from '../rdd/index.js'
import { encodeValue } from '../serializer/index.js'
import { ActiveJobs } from './active-jobs.js'
import type { RawResult } from './task-result.js'

/** Jobs whose results are gathered, and what the scheduler was asked to cancel. */
function jobs(maxResultBytes: number) {
  const cancelled: [JobId, string][] = []
  const active = new ActiveJobs({ maxResultBytes, cancel: (id, reason) => cancelled.push([id, reason]) })
  const begin = (onResult: JobRequest['onResult']) => active.begin({ operation: 'collect', onResult } as JobRequest)
  return { active, cancelled, begin }
}

function result(value: unknown): RawResult {
  const attachments = [encodeValue(value)]
  const outcome = { kind: 'value' } as const
  return { status: { taskId: 1, outcome, metrics: newTaskMetrics(), updates: [], attachments: 1 }, attachments }
}

test('results reach their action, and its end is told', async () => {
  const { active, begin } = jobs(0)
  const got: unknown[] = []
  const { id, ended } = begin((index, value) => got.push([index, value]))
  active.deliver(id, 1, result('b'))
  active.deliver(id, 0, result('a'))
  active.succeeded(id)
  await ended
  expect(got).toEqual([
    [1, 'b'],
    [0, 'a'],
  ])
  expect(active.size).toBe(0)
})

test('a job with too large a result is cancelled once, and fails by that name', async () => {
  const { active, cancelled, begin } = jobs(1000)
  const { id, ended } = begin(() => undefined)
  expect(active.refuses(id, 900)).toBe(false)
  active.deliver(id, 0, result('x'.repeat(600)))
  expect(active.refuses(id, 600)).toBe(true)
  expect(active.refuses(id, 1)).toBe(true)
  active.deliver(id, 1, result('late'))
  expect(cancelled.map(([job]) => job)).toEqual([id])
  active.failed(id, new Error('job 0 was cancelled'))
  await expect(ended).rejects.toThrow('FS_JOB_RESULT_TOO_LARGE')
})

test('an action that throws over a result ends its job with its own error', async () => {
  const { active, cancelled, begin } = jobs(0)
  const { id, ended } = begin(() => {
    throw new TypeError('on purpose')
  })
  active.deliver(id, 0, result(1))
  expect(cancelled).toEqual([[id, 'on purpose']])
  active.succeeded(id)
  await expect(ended).rejects.toThrow(TypeError)
})

test('stages are given back when the last job that needs them has ended', async () => {
  const { active, begin } = jobs(0)
  const [one, two] = [begin(() => undefined), begin(() => undefined)]
  active.started(one.id, [1, 2])
  active.started(two.id, [2, 3])
  expect(active.succeeded(one.id)).toEqual([1])
  expect(active.failed(two.id, new Error('why'))).toEqual([2, 3])
  await one.ended
  await expect(two.ended).rejects.toThrow('why')
})
