import { expect, test } from 'vitest'
import { SparkConf } from '../common/conf/index.js'
import { shareResources } from './slot-resources.js'

const share = (amount: string, addresses: readonly string[], slots: number) =>
  shareResources(new SparkConf(false).set('spark.task.resource.gpu.amount', amount), { gpu: addresses }, slots)

test('each slot has addresses of its own, and there are no more slots than addresses serve', () => {
  const { slots, of } = share('2', ['0', '1', '2', '3', '4'], 4)
  expect(slots).toBe(2)
  expect([of(0), of(1)]).toEqual([
    { gpu: { name: 'gpu', addresses: ['0', '1'] } },
    { gpu: { name: 'gpu', addresses: ['2', '3'] } },
  ])
})

test('a fraction lets several slots share an address', () => {
  const { slots, of } = share('0.5', ['a', 'b'], 8)
  expect(slots).toBe(4)
  expect([0, 1, 2, 3].map((slot) => of(slot).gpu?.addresses)).toEqual([['a'], ['a'], ['b'], ['b']])
})

test('tasks that ask for nothing have nothing, and an executor without what they ask for has no slot', () => {
  const nothing = shareResources(new SparkConf(false), { gpu: ['0'] }, 3)
  expect([nothing.slots, nothing.of(0)]).toEqual([3, {}])
  expect(share('1', [], 3).slots).toBe(0)
})

test('amounts that cannot be served are refused', () => {
  for (const amount of ['0', '-1', '1.5', '0.7', 'two', ' '])
    expect(() => share(amount, ['0'], 1)).toThrow(/spark\.task\.resource\.gpu\.amount cannot be/)
})
