import { expect, test } from 'vitest'
import { workerId } from './worker-id.js'

const parts = { time: new Date(2026, 10, 28, 9, 5, 7).getTime(), host: 'node-1.example', port: 7078 }

test('an id is made of time, host and port as the pattern says', () => {
  expect(workerId('worker-%s-%s-%d', parts)).toBe('worker-20261128090507-node-1.example-7078')
  expect(workerId('w%3$d-%2$s', parts)).toBe('w7078-node-1.example')
  expect(workerId('%s_%s_%06d', parts)).toBe('20261128090507_node-1.example_007078')
  expect(workerId('fixed', parts)).toBe('fixed')
})

test('an address of the sixth version becomes fit for a file', () => {
  expect(workerId('worker-%s-%s-%d', { ...parts, host: 'fe80::1' })).toBe('worker-20261128090507-fe80__1-7078')
})

test.each([
  ['%s %s %d', 'not fit'],
  ['../%s', 'not fit'],
  ['%d-%d', 'stands for a number'],
  ['%s%s%s%s', 'more places'],
  ['', 'not fit'],
])('the pattern %j is refused by name', (pattern, problem) => {
  expect(() => workerId(pattern, parts)).toThrow(problem)
})
