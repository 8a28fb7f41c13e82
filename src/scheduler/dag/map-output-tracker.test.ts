import { describe, expect, it } from 'vitest'
import { executorId, shuffleId, taskId } from '../../common/index.js'
import { MapOutputTracker } from './map-output-tracker.js'

const shuffle = shuffleId(0)
const made = (task: number, executor: string, host = 'a') => {
  return { taskId: taskId(task), executorId: executorId(executor), host, status: `file-${task}` }
}

describe('MapOutputTracker', () => {
  it('knows which outputs are there and which are missing', () => {
    const tracker = new MapOutputTracker()
    tracker.addShuffle(shuffle, 3)
    expect(tracker.register(shuffle, 1, made(5, '1'))).toBe(true)
    expect(tracker.missing(shuffle)).toEqual([0, 2])
    expect(tracker.isComplete(shuffle)).toBe(false)
    tracker.register(shuffle, 0, made(6, '1'))
    tracker.register(shuffle, 2, made(7, '2'))
    expect(tracker.isComplete(shuffle)).toBe(true)
    expect(tracker.statuses(shuffle)[1]?.status).toBe('file-5')
  })

  it('drops the outputs of a lost executor once, and grows its epoch once', () => {
    const tracker = new MapOutputTracker()
    tracker.addShuffle(shuffle, 2)
    tracker.register(shuffle, 0, made(1, '1'))
    tracker.register(shuffle, 1, made(2, '2'))
    expect(tracker.unregisterExecutor(executorId('1'))).toBe(1)
    expect(tracker.unregisterExecutor(executorId('1'))).toBe(0)
    expect(tracker.epoch).toBe(1)
    expect(tracker.missing(shuffle)).toEqual([0])
    expect(tracker.register(shuffle, 0, made(3, '2'))).toBe(false)
  })

  it('leaves an output made since when an older one could not be fetched', () => {
    const tracker = new MapOutputTracker()
    tracker.addShuffle(shuffle, 2)
    tracker.register(shuffle, 0, made(9, '1'))
    expect(tracker.unregister(shuffle, 0, taskId(1))).toBe(false)
    tracker.register(shuffle, 1, made(3, '1'))
    expect(tracker.unregisterExecutor(executorId('1'), 5)).toBe(1)
    expect(tracker.missing(shuffle)).toEqual([1])
    expect(tracker.unregisterExecutor(executorId('1'))).toBe(1)
  })

  it('drops all that a lost host served', () => {
    const tracker = new MapOutputTracker()
    tracker.addShuffle(shuffle, 3)
    tracker.register(shuffle, 0, made(1, '1', 'a'))
    tracker.register(shuffle, 1, made(2, '2', 'a'))
    tracker.register(shuffle, 2, made(3, '3', 'b'))
    expect(tracker.unregisterHost('a')).toBe(2)
    expect(tracker.missing(shuffle)).toEqual([0, 1])
  })

  it('forgets a shuffle', () => {
    const tracker = new MapOutputTracker()
    tracker.addShuffle(shuffle, 1)
    tracker.removeShuffle(shuffle)
    expect(tracker.hasShuffle(shuffle)).toBe(false)
    expect(() => tracker.statuses(shuffle)).toThrow('shuffle 0 is not known')
  })

  it('says by a version whether the outputs of a shuffle have changed', () => {
    const tracker = new MapOutputTracker()
    tracker.addShuffle(shuffle, 2)
    const versions = [tracker.version(shuffle)]
    const changes = [
      () => tracker.register(shuffle, 0, made(1, '1', 'a')),
      () => tracker.unregister(shuffle, 0),
      () => tracker.register(shuffle, 1, made(2, '2', 'b')),
      () => tracker.unregisterHost('b'),
      () => tracker.register(shuffle, 1, made(3, '2', 'b')),
      () => tracker.unregisterExecutor(executorId('2')),
      () => tracker.register(shuffle, 1, made(4, '1', 'b')),
      () => tracker.unregisterAll(shuffle),
    ]
    for (const change of changes) {
      change()
      versions.push(tracker.version(shuffle))
    }
    expect(new Set(versions).size).toBe(changes.length + 1)
    tracker.unregisterHost('c')
    tracker.unregister(shuffle, 0)
    expect(tracker.version(shuffle)).toBe(versions.at(-1))
  })
})
