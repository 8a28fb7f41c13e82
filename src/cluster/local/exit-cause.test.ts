import { expect, test } from 'vitest'
import { executorExitCodes } from '../../executor/index.js'
import { exitCause } from './local-cluster-manager.js'

test('each way for a process to end has a text of its own', () => {
  const ends = [
    exitCause(null, 'SIGKILL'),
    exitCause(null, 'SIGSEGV'),
    exitCause(null, 'SIGABRT', true),
    exitCause(1, null),
    ...Object.values(executorExitCodes).map((code) => exitCause(code, null)),
  ]
  expect(new Set(ends.map((end) => end.message)).size).toBe(ends.length)
  expect(ends.map((end) => end.code)).toEqual([
    'signal',
    'signal',
    'processOutOfMemory',
    'exitCode',
    'exitCode',
    'network',
    'network',
    'exitCode',
  ])
})
