import { describe, expect, it } from 'vitest'
import { executorId } from '../common/index.js'
import { executorLocation, parseTaskLocation } from './task-location.js'

describe('task locations', () => {
  it.each([
    ['node-7.example.org', { host: 'node-7.example.org' }],
    ['executor_', { host: 'executor_' }],
    [executorLocation('my_host', executorId('12')), { host: 'my_host', executorId: '12' }],
    [executorLocation('my_host', executorId('12'), 3), { host: 'my_host', executorId: '12', slot: 3 }],
  ])('%s is read as what it was made of', (text, location) => {
    expect(parseTaskLocation(text)).toEqual(location)
  })
})
