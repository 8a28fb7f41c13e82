import { expect, test } from 'vitest'
import type { StageInfo } from '../status/index.js'
import { progressLine } from './console-progress.js'

function stage(stageId: number, numCompletedTasks: number, numActiveTasks: number, numTasks: number): StageInfo {
  return {
    stageId,
    currentAttemptId: 0,
    name: 'map at app.ts:1',
    submissionTime: 0,
    completionTime: undefined,
    status: 'active',
    numTasks,
    numActiveTasks,
    numCompletedTasks,
    numFailedTasks: 0,
  }
}

test('a stage has a bar as wide as the screen, with its tasks', () => {
  expect(progressLine([stage(3, 0, 2, 8)], 41)).toBe('[Stage 3:                   (0 + 2) / 8]')
  expect(progressLine([stage(3, 4, 2, 8)], 41)).toBe('[Stage 3:========>          (4 + 2) / 8]')
  expect(progressLine([stage(3, 8, 0, 8)], 41)).toBe('[Stage 3:==================>(8 + 0) / 8]')
})

test('several stages share the line; a narrow screen leaves the bars out', () => {
  const stages = [stage(1, 1, 1, 2), stage(2, 0, 0, 100)]
  expect(progressLine(stages, 61)).toBe('[Stage 1:===>     (1 + 1) / 2][Stage 2:       (0 + 0) / 100]')
  expect(progressLine(stages, 20)).toBe('[Stage 1:(1 + 1) / 2][Stage 2:(0 + 0) / 100]')
})

test('why nothing runs is said instead', () => {
  expect(progressLine([stage(1, 0, 0, 2)], 80, 'no executor is there')).toBe('[Stage 1: waiting: no executor is there]')
})
