import { describe, expect, it } from 'vitest'
import { TestBed } from './test-bed.js'

const executor = (appId: string, executorId: string) =>
  ({ appId, executorId, state: 'RUNNING', cores: 4, memoryMiB: 1024, resources: {} }) as const
const driver = (driverId: string, attempt: number) =>
  ({ driverId, attempt, state: 'RUNNING', cores: 1, memoryMiB: 512, resources: {} }) as const

/** A leader of two workers and an application with an executor on each, of which another takes over. */
function failover() {
  const bed = TestBed.leading()
  bed.worker('w1')
  bed.worker('w2')
  const appId = bed.application('a')
  bed.elect(2)
  return { bed, appId }
}

describe('a new leader', () => {
  it('leads at once when nobody is known', () => {
    expect(TestBed.leading().view.status).toBe('ALIVE')
  })

  it('waits until all that were known have registered again, and leaves running what runs', () => {
    const { bed, appId } = failover()
    expect(bed.view).toMatchObject({ status: 'RECOVERING', activeApplications: [{ id: appId, state: 'UNKNOWN' }] })
    bed.worker('w1', { executors: [executor(appId, '0')] })
    bed.application('a', {}, { appId, highestExecutor: 1, executorIds: ['0', '1'] })
    expect(bed.view.status).toBe('RECOVERING')
    bed.worker('w2', { executors: [executor(appId, '1')] })
    expect(bed.view).toMatchObject({
      status: 'ALIVE',
      activeApplications: [{ id: appId, state: 'RUNNING', coresGranted: 8 }],
    })
    expect(bed.toWorker('killExecutor')).toEqual([])
    expect(bed.toApplication('executorUpdated').filter(({ state }) => state !== 'RUNNING')).toEqual([])
    bed.core.assertEmpty()
  })

  it('launches nothing before', () => {
    const { bed } = failover()
    bed.worker('w1')
    bed.submit('t')
    bed.application('b')
    expect(bed.toWorker('launchDriver')).toEqual([])
    expect(bed.toWorker('launchExecutor')).toEqual([])
    bed.pass(30_000)
    bed.heartbeat('w1')
    const effects = bed.pass(30_000)
    expect(bed.view.status).toBe('ALIVE')
    expect(effects.filter((effect) => effect.type === 'toWorker').map((effect) => effect.message.method)).toEqual([
      'launchDriver',
      'launchExecutor',
    ])
    bed.core.assertEmpty()
  })

  it('takes for lost whoever does not come in time', () => {
    const { bed, appId } = failover()
    bed.worker('w1', { executors: [executor(appId, '0')] })
    bed.pass(50_000)
    bed.heartbeat('w1')
    bed.pass(10_000)
    expect(bed.view.workers.map(({ id, state }) => `${id} ${state}`)).toEqual(['w1 ALIVE', 'w2 DEAD'])
    expect(bed.view.completedApplications).toMatchObject([{ id: appId, state: 'FAILED' }])
    expect(bed.toWorker('killExecutor')).toMatchObject([{ appId, executorId: '0' }])
    expect(bed.records.has('worker/w2')).toBe(false)
    bed.core.assertEmpty()
  })

  it('tells an application of executors that no worker runs any more', () => {
    const { bed, appId } = failover()
    bed.worker('w1', { executors: [executor(appId, '0')] })
    bed.application('a', {}, { appId, highestExecutor: 1, executorIds: ['0', '1'] })
    bed.worker('w2')
    expect(bed.toApplication('executorUpdated')).toMatchObject([{ executorId: '1', state: 'LOST' }])
    // Should it turn up later, it has to go: its number has been told to have ended.
    bed.worker('w3', { cores: 8, executors: [executor(appId, '1')] })
    expect(bed.toWorker('killExecutor', 'peer of w3')).toMatchObject([{ executorId: '1' }])
  })

  it('ends executors of whose end their application was told before, whoever registers first', () => {
    const { bed, appId } = failover()
    bed.worker('w1', { executors: [executor(appId, '0')] })
    bed.application('a', {}, { appId, highestExecutor: 1, executorIds: [] })
    expect(bed.toWorker('killExecutor', 'peer of w1')).toMatchObject([{ executorId: '0' }])
    expect(bed.worker('w2', { executors: [executor(appId, '1')] })).toMatchObject({
      unknownExecutors: [{ appId, executorId: '1' }],
    })
    expect(bed.view.activeApplications).toMatchObject([{ id: appId, coresGranted: 0 }])
    bed.core.assertEmpty()
  })

  it('gives out no number of an executor that an earlier leader may have given out', () => {
    const { bed, appId } = failover()
    bed.worker('w1', { executors: [executor(appId, '0')] })
    bed.worker('w2', { executors: [executor(appId, '1')] })
    bed.application('a', {}, { appId, highestExecutor: 1 })
    bed.worker('w3')
    expect(bed.toWorker('launchExecutor')).toMatchObject([{ executorId: '100' }])
    bed.core.assertEmpty()
  })

  it('goes on counting its ids, and remembers tokens', () => {
    const bed = TestBed.leading({ driverIdPattern: 'driver-%2$d', appIdPattern: 'app-%2$d' })
    const appId = bed.application('a')
    const driverId = bed.submit('t')
    bed.elect(2)
    expect(bed.submit('t')).toBe(driverId)
    expect(bed.submit('u')).toBe('driver-1')
    expect(bed.application('a')).toBe(appId)
    expect(bed.application('b')).toBe('app-1')
  })

  it('still answers for drivers that have ended', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t')
    bed.driver('w1', { driverId, attempt: 1, state: 'FAILED', exitCode: 3, message: 'no' })
    bed.elect(2)
    expect(bed.core.driverStatus(driverId)).toMatchObject({ state: 'FAILED', exitCode: 3, message: 'no' })
    expect(bed.submit('t')).toBe(driverId)
  })
})

describe('a driver during a failover', () => {
  it('goes on where its worker reports it', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t')
    bed.elect(2)
    bed.worker('w1', { drivers: [driver(driverId, 1)] })
    bed.heartbeat('w1')
    expect(bed.view).toMatchObject({ status: 'ALIVE', activeDrivers: [{ id: driverId, state: 'RUNNING', attempt: 1 }] })
    expect(bed.view.workers[0]?.coresUsed).toBe(1)
    bed.core.assertEmpty()
  })

  it('is started, as its next start, when its worker does not know it: it never ran', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t')
    bed.elect(2)
    bed.worker('w1')
    expect(bed.toWorker('launchDriver')).toEqual([])
    bed.heartbeat('w1')
    expect(bed.toWorker('launchDriver')).toMatchObject([{ driverId, attempt: 2 }])
    bed.core.assertEmpty()
  })

  it('has the end that its worker brings', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t')
    bed.elect(2)
    bed.worker('w1', { drivers: [{ ...driver(driverId, 1), state: 'FINISHED', exitCode: 0 }] })
    expect(bed.core.driverStatus(driverId).state).toBe('FINISHED')
    const order = bed.effects.map(({ type }) => type).filter((type) => type === 'store' || type === 'answer')
    expect(order).toEqual(['store', 'answer'])
  })

  it.each([
    [false, 'ERROR'],
    [true, 'RELAUNCHING'],
  ])('of a worker that does not come back, supervised: %s, becomes %s', (supervise, state) => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t', { supervise })
    bed.elect(2)
    bed.pass(60_000)
    expect(bed.core.driverStatus(driverId).state).toBe(state)
    bed.core.assertEmpty()
  })

  it('that waited is launched when recovery is over', () => {
    const bed = TestBed.leading()
    bed.worker('w1', { cores: 1 })
    bed.submit('1')
    const waiting = bed.submit('2')
    bed.elect(2)
    bed.worker('w1', { cores: 2, drivers: [driver(bed.view.activeDrivers[1]?.id as string, 1)] })
    expect(bed.toWorker('launchDriver')).toMatchObject([{ driverId: waiting, attempt: 1 }])
  })
})

describe('a leader that knows nothing, since nothing is stored', () => {
  it('keeps executors for an application that registers again', () => {
    const bed = TestBed.leading()
    bed.worker('w1', { executors: [executor('app-7', '3')] })
    expect(bed.toWorker('killExecutor')).toEqual([])
    expect(bed.view.activeApplications).toMatchObject([{ id: 'app-7', state: 'UNKNOWN' }])
    expect(bed.application('a', {}, { appId: 'app-7', highestExecutor: 3 })).toBe('app-7')
    expect(bed.view.activeApplications).toMatchObject([{ name: 'a', state: 'RUNNING', coresGranted: 4 }])
    bed.worker('w2')
    expect(bed.toWorker('launchExecutor')).toMatchObject([{ executorId: '100' }])
    bed.core.assertEmpty()
  })

  it('ends them when it does not', () => {
    const bed = TestBed.leading()
    bed.worker('w1', { executors: [executor('app-7', '3')] })
    bed.pass(50_000)
    bed.heartbeat('w1')
    bed.pass(10_000)
    expect(bed.toWorker('killExecutor')).toMatchObject([{ appId: 'app-7', executorId: '3' }])
    expect(bed.view.activeApplications).toEqual([])
    expect(bed.view.completedApplications).toEqual([])
    bed.core.assertEmpty()
  })

  it('has drivers ended that it does not know: nobody could say what became of them', () => {
    const bed = TestBed.leading()
    expect(bed.worker('w1', { drivers: [driver('driver-7', 2)] })).toMatchObject({
      unknownDrivers: [{ driverId: 'driver-7', attempt: 2 }],
    })
    expect(bed.view.workers[0]?.coresUsed).toBe(1)
    bed.core.assertEmpty()
  })
})
