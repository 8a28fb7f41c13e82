import { describe, expect, it } from 'vitest'
import { driverDescription, TestBed } from './test-bed.js'

const runningOn = (bed: TestBed, driverId: string) => bed.core.driverStatus(driverId).workerId

describe('a driver that is submitted', () => {
  it('is stored before its client is answered, and again before it is launched', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t')
    const order = bed.effects.map(({ type }) => type).filter((type) => /store|answer|toWorker/.test(type))
    expect(order).toEqual(['store', 'answer', 'store', 'toWorker'])
    expect(bed.records.get(`driver/${driverId}`)).toMatchObject({ state: 'RUNNING', attempt: 1, workerId: 'w1' })
    expect(bed.core.driverStatus(driverId)).toMatchObject({
      found: true,
      state: 'RUNNING',
      workerHostPort: 'host-of-w1:1',
    })
  })

  it('is the same one when it is submitted again, also when it has ended', () => {
    const bed = TestBed.leading({ retainedDrivers: 0 })
    bed.worker('w1')
    const driverId = bed.submit('t')
    expect(bed.submit('t')).toBe(driverId)
    bed.driver('w1', { driverId, attempt: 1, state: 'FINISHED' })
    expect(bed.submit('t')).toBe(driverId)
    expect(bed.view.activeDrivers).toEqual([])
    expect(bed.view.completedDrivers).toEqual([])
  })

  it.each([
    [{ cores: 0 }, 'cores of the driver: 0, where 1 or more is expected'],
    [{ memoryMiB: -1 }, 'memory of the driver in MiB: -1, where 1 or more is expected'],
    [{ token: '' }, 'a driver is submitted with a token of its own'],
  ])('is refused with %o', (changes, message) => {
    const driver = driverDescription('t', changes)
    const answer = TestBed.leading().ask((request) => ({ type: 'submitDriver', request, driver }))
    expect(answer).toEqual({ type: 'refused', message })
  })

  it('waits its turn, but lets those pass that fit elsewhere', () => {
    const bed = TestBed.leading()
    const large = bed.submit('large', { cores: 8 })
    const small = bed.submit('small')
    bed.worker('w1')
    expect(bed.core.driverStatus(large)).toMatchObject({ found: true, state: 'SUBMITTED' })
    expect(runningOn(bed, small)).toBe('w1')
  })

  it('waits when as many run as may', () => {
    const bed = TestBed.leading({ maxDrivers: 1 })
    bed.worker('w1')
    const [first, second] = [bed.submit('1'), bed.submit('2')]
    expect(bed.core.driverStatus(second)).toMatchObject({
      state: 'SUBMITTED',
      message: expect.stringMatching(/maxDrivers/),
    })
    bed.driver('w1', { driverId: first, attempt: 1, state: 'FINISHED' })
    expect(runningOn(bed, second)).toBe('w1')
  })

  it.each([
    [true, ['w1', 'w2', 'w3']],
    [false, ['w1', 'w1', 'w1']],
  ])('goes to a worker of its own when they are spread: %s', (spreadOutDrivers, expected) => {
    const bed = TestBed.leading({ spreadOutDrivers })
    for (const id of ['w1', 'w2', 'w3']) bed.worker(id)
    expect(['1', '2', '3'].map((token) => runningOn(bed, bed.submit(token)))).toEqual(expected)
  })

  it('gets addresses of its own', () => {
    const bed = TestBed.leading()
    bed.worker('w1', { resources: { gpu: ['a', 'b', 'c'] } })
    bed.submit('1', { resources: { gpu: 2 } })
    expect(bed.toWorker('launchDriver')[0]?.resources).toEqual({ gpu: ['a', 'b'] })
    bed.submit('2', { resources: { gpu: 1 } })
    expect(bed.toWorker('launchDriver')[0]?.resources).toEqual({ gpu: ['c'] })
    bed.submit('3', { resources: { gpu: 1 } })
    expect(bed.toWorker('launchDriver')).toEqual([])
    expect(bed.view.workers[0]?.resourcesUsed).toEqual({ gpu: ['a', 'b', 'c'] })
  })
})

describe('the end of a driver', () => {
  it.each(['FINISHED', 'FAILED', 'ERROR', 'KILLED'] as const)(
    'that is not supervised is %s as its worker says',
    (state) => {
      const bed = TestBed.leading()
      bed.worker('w1')
      const driverId = bed.submit('t')
      bed.driver('w1', { driverId, attempt: 1, state, exitCode: 3, message: 'so it is' })
      expect(bed.core.driverStatus(driverId)).toMatchObject({ state, exitCode: 3, message: 'so it is', workerId: 'w1' })
      expect(bed.records.get(`driver/${driverId}`)).toMatchObject({ state, endedAt: bed.now })
      expect(bed.view.workers[0]?.coresUsed).toBe(0)
      bed.core.assertEmpty()
    },
  )

  it('is an error when its worker is lost, and it is not supervised', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.worker('w2')
    const driverId = bed.submit('t')
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    bed.pass(20_000)
    expect(bed.core.driverStatus(driverId)).toMatchObject({
      state: 'ERROR',
      message: expect.stringContaining('w1 was lost'),
    })
    expect(bed.toWorker('launchDriver')).toEqual([])
    // It is there after all, and has to end.
    const report = { driverId, attempt: 1, state: 'RUNNING', cores: 1, memoryMiB: 512, resources: {} } as const
    expect(bed.worker('w1', { peer: 'again', drivers: [report] })).toMatchObject({
      unknownDrivers: [{ driverId, attempt: 1 }],
    })
    expect(bed.toWorker('killDriver')).toHaveLength(1)
    bed.core.assertEmpty()
  })

  it('is forgotten when there are too many that ended, and its record with it', () => {
    const bed = TestBed.leading({ retainedDrivers: 1 })
    bed.worker('w1')
    const ids = ['1', '2'].map((token) => bed.submit(token))
    for (const driverId of ids) bed.driver('w1', { driverId, attempt: 1, state: 'FINISHED' })
    bed.pass(50_000)
    bed.heartbeat('w1')
    expect(bed.core.driverStatus(ids[0] as string).found).toBe(true)
    bed.pass(250_000)
    expect(ids.map((id) => bed.core.driverStatus(id).found)).toEqual([false, true])
    expect(bed.records.has(`driver/${ids[0]}`)).toBe(false)
  })
})

describe('a supervised driver', () => {
  function supervised() {
    const bed = TestBed.leading()
    bed.worker('w1')
    return { bed, driverId: bed.submit('t', { supervise: true }) }
  }

  it('is started again under its id, after a pause that doubles, when it ends quickly with an error', () => {
    const { bed, driverId } = supervised()
    const pauses: number[] = []
    for (let attempt = 1; attempt <= 8; attempt++) {
      bed.driver('w1', { driverId, attempt, state: 'FAILED', exitCode: 1 })
      expect(bed.core.driverStatus(driverId)).toMatchObject({ state: 'RELAUNCHING', exitCode: 1 })
      const begin = bed.now
      while (bed.core.driverStatus(driverId).state === 'RELAUNCHING') {
        bed.heartbeat('w1')
        bed.pass(500)
      }
      pauses.push(bed.now - begin)
      expect(bed.records.get(`driver/${driverId}`)).toMatchObject({ attempt: attempt + 1, state: 'RUNNING' })
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    bed.core.assertEmpty()
  })

  it('is started again at once when it has run for a while', () => {
    const { bed, driverId } = supervised()
    bed.pass(5_000)
    bed.driver('w1', { driverId, attempt: 1, state: 'FAILED', exitCode: 1 })
    expect(bed.toWorker('launchDriver')).toMatchObject([{ driverId, attempt: 2 }])
  })

  it('is started elsewhere when its worker is lost, and its earlier start has to end', () => {
    const { bed, driverId } = supervised()
    bed.worker('w2')
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    bed.pass(20_000)
    expect(bed.toWorker('launchDriver', 'peer of w2')).toMatchObject([{ driverId, attempt: 2 }])
    const report = { driverId, attempt: 1, state: 'RUNNING', cores: 1, memoryMiB: 512, resources: {} } as const
    expect(bed.worker('w1', { peer: 'again', drivers: [report] })).toMatchObject({
      unknownDrivers: [{ driverId, attempt: 1 }],
    })
    // What it says of the earlier start is taken, and changes nothing.
    bed.tell({ type: 'driverState', peer: 'again', workerId: 'w1', report: { ...report, state: 'FINISHED' } })
    expect(bed.core.driverStatus(driverId)).toMatchObject({ state: 'RUNNING', workerId: 'w2' })
    expect(bed.view.workers.find(({ id }) => id === 'w1')?.coresUsed).toBe(0)
    bed.core.assertEmpty()
  })

  it('goes on where it is when its worker comes back before another start', () => {
    const { bed, driverId } = supervised()
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    bed.pass(20_000)
    expect(bed.core.driverStatus(driverId).state).toBe('RELAUNCHING')
    const report = { driverId, attempt: 1, state: 'RUNNING', cores: 1, memoryMiB: 512, resources: {} } as const
    bed.worker('w1', { peer: 'again', drivers: [report] })
    expect(bed.core.driverStatus(driverId)).toMatchObject({ state: 'RUNNING', workerId: 'w1' })
    expect(bed.toWorker('launchDriver')).toEqual([])
    expect(bed.toWorker('killDriver')).toEqual([])
    bed.core.assertEmpty()
  })

  it('is not started again when it has finished', () => {
    const { bed, driverId } = supervised()
    bed.driver('w1', { driverId, attempt: 1, state: 'FINISHED' })
    bed.pass(40_000)
    expect(bed.core.driverStatus(driverId).state).toBe('FINISHED')
  })
})

describe('a driver whose launch was lost with the connection', () => {
  it('is started again although it is not supervised, for it never ran', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t')
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    bed.worker('w1', { peer: 'again' })
    expect(bed.toWorker('launchDriver')).toEqual([])
    bed.heartbeat('w1', 'again')
    expect(bed.toWorker('launchDriver')).toMatchObject([{ driverId, attempt: 2 }])
    bed.core.assertEmpty()
  })

  it('is lost when its worker has reported it before', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t')
    bed.driver('w1', { driverId, attempt: 1, state: 'RUNNING' })
    bed.worker('w1', { peer: 'again' })
    bed.heartbeat('w1', 'again')
    expect(bed.core.driverStatus(driverId).state).toBe('ERROR')
  })
})

describe('the kill of a driver', () => {
  it('ends one that waits at once', () => {
    const bed = TestBed.leading()
    const driverId = bed.submit('t')
    expect(bed.killDriver(driverId)).toEqual({
      type: 'answered',
      driverId,
      success: true,
      message: `Kill request for ${driverId} submitted`,
    })
    expect(bed.core.driverStatus(driverId).state).toBe('KILLED')
    bed.worker('w1')
    expect(bed.toWorker('launchDriver')).toEqual([])
  })

  it('is stored, and sent to the worker until it is done', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t', { supervise: true })
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    expect(bed.killDriver(driverId)).toMatchObject({ success: true })
    expect(bed.records.get(`driver/${driverId}`)).toMatchObject({ isKilled: true })
    const report = { driverId, attempt: 1, state: 'RUNNING', cores: 1, memoryMiB: 512, resources: {} } as const
    bed.worker('w1', { peer: 'again', drivers: [report] })
    expect(bed.toWorker('killDriver', 'again')).toMatchObject([{ driverId, attempt: 1 }])
    bed.tell({
      type: 'driverState',
      peer: 'again',
      workerId: 'w1',
      report: { ...report, state: 'FAILED', exitCode: 143 },
    })
    expect(bed.core.driverStatus(driverId)).toMatchObject({ state: 'KILLED', exitCode: 143 })
    expect(bed.toWorker('launchDriver')).toEqual([])
    bed.core.assertEmpty()
  })

  it('holds when the worker is lost meanwhile, also for the next leader', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t', { supervise: true })
    bed.killDriver(driverId)
    bed.elect(2)
    bed.pass(60_000)
    expect(bed.core.driverStatus(driverId).state).toBe('KILLED')
  })

  it('says no of what has ended, or never was', () => {
    const bed = TestBed.leading()
    const driverId = bed.submit('t')
    bed.killDriver(driverId)
    for (const id of [driverId, 'driver-nope']) {
      expect(bed.killDriver(id)).toMatchObject({
        success: false,
        message: `Driver ${id} has already finished or does not exist`,
      })
    }
  })

  it('may be of all', () => {
    const bed = TestBed.leading()
    bed.worker('w1', { cores: 1 })
    const [running, waiting] = [bed.submit('1'), bed.submit('2')]
    bed.tell({ type: 'killAllDrivers' })
    expect(bed.toWorker('killDriver')).toMatchObject([{ driverId: running }])
    expect(bed.core.driverStatus(waiting).state).toBe('KILLED')
  })
})
