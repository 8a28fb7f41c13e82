import { describe, expect, it } from 'vitest'
import { TestBed } from './test-bed.js'

const reasonOf = (bed: TestBed, id: string) => bed.view.activeApplications.find((each) => each.id === id)?.waitingReason

describe('an application that waits', () => {
  it('hears that there are no workers', () => {
    const bed = TestBed.leading()
    const appId = bed.application('a', { coresPerExecutor: 4, memoryPerExecutorMiB: 2048 })
    const reason = 'asked for executors of 4 cores and 2 GiB; no workers are registered'
    expect(reasonOf(bed, appId)).toBe(reason)
    expect(bed.toApplication('waiting')).toEqual([{ method: 'waiting', reason }])
  })

  it('hears that no worker is large enough', () => {
    const bed = TestBed.leading()
    bed.worker('w1', { cores: 2, memoryMiB: 1024 })
    const appId = bed.application('a', { coresPerExecutor: 4, memoryPerExecutorMiB: 2048 })
    expect(reasonOf(bed, appId)).toBe(
      'asked for executors of 4 cores and 2 GiB; no worker is that large, the largest has 2 cores and 1 GiB (w1)',
    )
  })

  it('hears what the freest worker has', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.application('first', { coresMax: 2, memoryPerExecutorMiB: 7168 })
    const appId = bed.application('a', { coresPerExecutor: 4, memoryPerExecutorMiB: 2048 })
    expect(reasonOf(bed, appId)).toBe(
      'asked for executors of 4 cores and 2 GiB; the largest free worker has 2 cores and 1 GiB free (w1)',
    )
  })

  it('hears who uses the cores', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.worker('w2')
    const driverId = bed.submit('t')
    const [first, second] = [bed.application('1', { coresMax: 5 }), bed.application('2')]
    const appId = bed.application('a')
    expect(reasonOf(bed, appId)).toBe(
      `asked for executors of at least 1 core and 1 GiB; all 8 cores are in use by ${first} (5), ${second} (2), ${driverId} (1)`,
    )
  })

  it('hears that addresses are missing', () => {
    const bed = TestBed.leading()
    bed.worker('w1', { resources: { gpu: ['0'] } })
    const appId = bed.application('a', { coresPerExecutor: 1, resourcesPerExecutor: { gpu: 2 } })
    expect(reasonOf(bed, appId)).toBe(
      'asked for executors of 1 core, 1 GiB and 2 gpu; no worker is that large, the largest has 4 cores, 8 GiB and 1 gpu (w1)',
    )
  })

  it('hears that it contradicts itself', () => {
    const bed = TestBed.leading()
    const appId = bed.application('a', { coresPerExecutor: 4, coresMax: 2 })
    expect(reasonOf(bed, appId)).toBe('asked for executors of 4 cores, but for no more than 2 cores in all')
  })

  it('hears that its executors end', () => {
    const bed = TestBed.leading({ maxExecutorRetries: -1 })
    bed.worker('w1')
    const appId = bed.application('a')
    for (const executorId of ['0', '1', '2']) {
      bed.executor('w1', { appId, executorId, state: 'EXITED', exitCode: 1, message: 'no such module' })
    }
    expect(reasonOf(bed, appId)).toBe(
      '3 executors were launched and ended, the last because: no such module (exit code 1), on w1',
    )
  })

  it('is told when the reason changes, at most once a second, and when it is gone', () => {
    const bed = TestBed.leading()
    bed.application('a', { coresMax: 4 })
    bed.worker('w1', { cores: 1, memoryMiB: 512 })
    expect(bed.toApplication('waiting')).toEqual([])
    bed.pass(1_000)
    expect(bed.toApplication('waiting')).toMatchObject([{ reason: expect.stringContaining('no worker is that large') }])
    bed.pass(3_000)
    expect(bed.toApplication('waiting')).toEqual([])
    bed.worker('w2')
    bed.pass(1_000)
    expect(bed.toApplication('waiting')).toEqual([{ method: 'waiting', reason: undefined }])
  })
})

describe('a driver that waits', () => {
  it('has a reason in its status and on its page', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t', { cores: 6, memoryMiB: 1024 })
    const reason =
      'asked for a worker with 6 cores and 1 GiB; no worker is that large, the largest has 4 cores and 8 GiB (w1)'
    expect(bed.core.driverStatus(driverId)).toMatchObject({ state: 'SUBMITTED', message: reason })
    expect(bed.view.activeDrivers[0]?.waitingReason).toBe(reason)
  })

  it('says when it starts again, and why it ended', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t', { supervise: true })
    bed.driver('w1', { driverId, attempt: 1, state: 'FAILED', exitCode: 2, message: 'TypeError' })
    expect(bed.core.driverStatus(driverId).message).toBe(
      'start 1 ended: FAILED with exit code 2 (TypeError); it starts again in 1 s',
    )
  })

  it('says that the master has not recovered yet', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.elect(2)
    const driverId = bed.submit('t')
    expect(bed.core.driverStatus(driverId).message).toBe(
      'the master leads since a moment and waits for 1 worker and 0 applications to register again',
    )
  })
})
