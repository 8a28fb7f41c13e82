import { describe, expect, it } from 'vitest'
import { TestBed } from './test-bed.js'

describe('the first path', () => {
  it('launches an executor on a worker for an application, and tells both', () => {
    const bed = TestBed.leading()
    expect(bed.worker('w1')).toMatchObject({ type: 'registered', epoch: 1, heartbeatIntervalMs: 15_000 })
    const appId = bed.application('a', { coresMax: 2 })
    expect(appId).toBe('app-20260102030405-0000')
    expect(bed.toWorker('launchExecutor')).toMatchObject([{ appId, executorId: '0', cores: 2, memoryMiB: 1024 }])
    expect(bed.toApplication('executorAdded')).toEqual([
      { method: 'executorAdded', executorId: '0', workerId: 'w1', host: 'host-of-w1', cores: 2, memoryMiB: 1024 },
    ])
    bed.core.assertEmpty()
  })

  it('launches a driver before executors, and takes its end', () => {
    const bed = TestBed.leading()
    const driverId = bed.submit('t')
    bed.application('a')
    bed.worker('w1', { cores: 1 })
    expect(bed.toWorker('launchDriver')).toMatchObject([{ driverId, attempt: 1 }])
    expect(bed.toWorker('launchExecutor')).toEqual([])
    bed.driver('w1', { driverId, attempt: 1, state: 'FINISHED', exitCode: 0 })
    expect(bed.core.driverStatus(driverId)).toMatchObject({ found: true, state: 'FINISHED', workerId: 'w1' })
    expect(bed.toWorker('launchExecutor')).toHaveLength(1)
    bed.core.assertEmpty()
  })
})
