import { expect, test } from 'vitest'
import { workerSize } from './worker-options.js'

const gib = 2 ** 30

test('a worker offers all cores, and all memory but one GiB', () => {
  expect(workerSize({}, { cores: 8, memoryBytes: 16 * gib })).toEqual({ cores: 8, memoryMiB: 15 * 1024 })
})

test('the limit of the control group counts, where there is one', () => {
  expect(workerSize({}, { cores: 2, memoryBytes: 64 * gib, memoryLimitBytes: 4 * gib }).memoryMiB).toBe(3 * 1024)
  for (const noLimit of [0, undefined, 2 ** 63, 18446744073709552000]) {
    const machine = { cores: 2, memoryBytes: 3 * gib, memoryLimitBytes: noLimit }
    expect(workerSize({}, machine).memoryMiB).toBe(2 * 1024)
  }
})

test('a small machine offers one GiB', () => {
  expect(workerSize({}, { cores: 1, memoryBytes: gib / 2 }).memoryMiB).toBe(1024)
})

test('what was set wins, and what makes no sense is refused', () => {
  expect(workerSize({ cores: 3, memoryMiB: 500 }, { cores: 1, memoryBytes: gib })).toEqual({ cores: 3, memoryMiB: 500 })
  expect(() => workerSize({ cores: 0 }, { cores: 1, memoryBytes: gib })).toThrow('cannot offer 0 cores')
  expect(() => workerSize({ memoryMiB: 0.5 }, { cores: 1, memoryBytes: gib })).toThrow('cannot offer 0.5 MiB of memory')
})
