import { expect, test } from 'vitest'
import { candidatePrefix, candidatesOf } from './zookeeper-layout.js'

test('candidates stand in the order of their numbers, whatever their names, and strangers in none', () => {
  const children = [
    '_c_b-latch-0000000012',
    'lock',
    'x-12',
    `${candidatePrefix('a')}0000000013`,
    '_c_c-latch-0000000002',
  ]
  expect(candidatesOf(children)).toEqual({
    line: ['_c_c-latch-0000000002', '_c_b-latch-0000000012', '_c_a-latch-0000000013'],
    strangers: ['lock', 'x-12'],
  })
})
