import { expect, test } from 'vitest'
import { executorId } from '../common/index.js'
import { ExecutorStarts } from './executor-starts.js'

test('tells of executors that are awaited and of those that ended too early', () => {
  const starts = new ExecutorStarts()
  expect(starts.note).toBeUndefined()
  const [a, b] = [executorId('0'), executorId('1')]
  starts.starting(a)
  starts.starting(b)
  expect(starts.note).toBe('2 have been started and are awaited')
  starts.registered(a)
  starts.ended(b, { code: 'exitCode', message: 'it could not reach the driver', causedByApp: false })
  expect(starts.note).toBe('1 ended before it registered, the last because it could not reach the driver')
})
