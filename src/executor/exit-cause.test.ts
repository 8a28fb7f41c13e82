import { expect, test } from 'vitest'
import { exitCause } from './exit-cause.js'
import { executorExitCodes } from './exit-codes.js'

test('each way for a process to end has a text of its own', () => {
  const ends = [
    exitCause(null, 'SIGKILL'),
    exitCause(null, 'SIGSEGV'),
    exitCause(null, 'SIGABRT', { sawOutOfMemory: true }),
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

test('what the process said stands in the message where nobody sees its log', () => {
  const said = 'the driver at host:1 does not answer'
  expect(exitCause(executorExitCodes.driverUnreachable, null, { said }).message).toContain(said)
  expect(exitCause(executorExitCodes.failed, null, { said }).message).toContain(said)
})
