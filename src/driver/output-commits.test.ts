import { expect, test } from 'vitest'
import { OutputCommits } from './output-commits.js'

test('the first attempt that asks may commit, alone, until it has failed', () => {
  const commits = new OutputCommits()
  const [first, second] = [1, 2].map((taskId) => ({ stageId: 3, partition: 0, taskId }))
  expect([commits.mayCommit(first!), commits.mayCommit(second!), commits.mayCommit(first!)]).toEqual([
    true,
    false,
    true,
  ])
  commits.failed(second!)
  expect(commits.mayCommit(second!)).toBe(false)
  commits.failed(first!)
  expect(commits.mayCommit(second!)).toBe(true)
})

test('partitions and stages are apart, and a stage that has ended is forgotten', () => {
  const commits = new OutputCommits()
  for (const stageId of [1, 11]) {
    for (const partition of [0, 1]) expect(commits.mayCommit({ stageId, partition, taskId: 10 })).toBe(true)
  }
  commits.forgetStage(1)
  expect(commits.size).toBe(2)
  expect(commits.mayCommit({ stageId: 11, partition: 0, taskId: 12 })).toBe(false)
})
