import { describe, expect, it } from 'vitest'
import { TestBed } from './test-bed.js'

const running = { cores: 4, memoryMiB: 1024, resources: {}, state: 'RUNNING' } as const

describe('a worker that registers', () => {
  it('is stored, shown, and told how often to be heard of', () => {
    const bed = TestBed.leading()
    expect(bed.worker('w1', { resources: { gpu: ['0', '1'] } })).toEqual({
      type: 'registered',
      masterUrl: 'spark://m:7077',
      masterWebUiUrl: 'http://m:8080',
      epoch: 1,
      heartbeatIntervalMs: 15_000,
      unknownExecutors: [],
      unknownDrivers: [],
    })
    expect(bed.records.get('worker/w1')).toMatchObject({ host: 'host-of-w1', cores: 4 })
    expect(bed.view.workers).toMatchObject([{ id: 'w1', state: 'ALIVE', cores: 4, coresUsed: 0 }])
  })

  it('is left to a later leader that it has obeyed already', () => {
    const bed = TestBed.leading()
    expect(bed.worker('w1', { epoch: 2 })).toMatchObject({ type: 'standby' })
    expect(bed.effects).toContainEqual(expect.objectContaining({ type: 'log', level: 'warn' }))
    expect(bed.view.workers).toEqual([])
  })

  it.each([
    [{ workerId: '../w' }, /cannot be the id/],
    [{ cores: 0 }, /cores: 0/],
    [{ memoryMiB: Number.NaN }, /memory in MiB: NaN/],
  ])('is refused with %o', (changes, message) => {
    const answer = TestBed.leading().worker('w1', changes)
    expect(answer).toMatchObject({ type: 'refused', message: expect.stringMatching(message) })
  })

  it('takes the place of another that had its address', () => {
    const bed = TestBed.leading()
    bed.worker('old', { host: 'h', port: 7 })
    const appId = bed.application('a')
    bed.worker('new', { host: 'h', port: 7 })
    expect(bed.toApplication('executorUpdated')).toMatchObject([{ executorId: '0', state: 'LOST', workerLost: true }])
    expect(bed.toWorker('launchExecutor', 'peer of new')).toMatchObject([{ appId, executorId: '1' }])
    expect(bed.view.workers.map(({ id, state }) => `${id} ${state}`)).toEqual(['new ALIVE', 'old DEAD'])
    expect(bed.records.has('worker/old')).toBe(false)
    bed.core.assertEmpty()
  })
})

describe('a worker whose connection broke', () => {
  it('gets nothing new meanwhile', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    bed.application('a')
    expect(bed.toWorker('launchExecutor')).toEqual([])
    expect(bed.view.workers[0]?.state).toBe('UNKNOWN')
  })

  it('comes back with what it runs, and nothing is changed', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const appId = bed.application('a')
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    bed.worker('w1', { peer: 'again', executors: [{ appId, executorId: '0', ...running }] })
    expect(bed.toApplication('executorAdded')).toEqual([])
    expect(bed.toWorker('killExecutor')).toEqual([])
    expect(bed.view.activeApplications[0]?.executors).toMatchObject([{ id: '0', state: 'RUNNING' }])
    bed.core.assertEmpty()
  })

  it('comes back without an executor that it was sent: that is lost, does not count as failed, and is replaced', () => {
    const bed = TestBed.leading({ maxExecutorRetries: 1 })
    bed.worker('w1')
    bed.application('a')
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    bed.worker('w1', { peer: 'again' })
    expect(bed.toApplication('executorUpdated')).toMatchObject([{ executorId: '0', state: 'LOST', workerLost: false }])
    expect(bed.toWorker('launchExecutor', 'again')).toMatchObject([{ executorId: '1' }])
    bed.core.assertEmpty()
  })

  it('brings the end of an executor with it', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const appId = bed.application('a')
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    const end = {
      ...running,
      appId,
      executorId: '0',
      state: 'EXITED',
      exitCode: 137,
      message: 'out of memory',
    } as const
    bed.worker('w1', { peer: 'again', executors: [end] })
    expect(bed.toApplication('executorUpdated')).toMatchObject([
      { executorId: '0', state: 'EXITED', exitCode: 137, message: 'out of memory' },
    ])
    bed.core.assertEmpty()
  })

  it('is told to end what nobody wants any more, which holds its place until it has ended', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const appId = bed.application('a', { coresMax: 4 })
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    bed.tell({ type: 'killApplication', appId, by: 'me' })
    const answer = bed.worker('w1', { peer: 'again', executors: [{ appId, executorId: '0', ...running }] })
    expect(answer).toMatchObject({ unknownExecutors: [{ appId, executorId: '0' }] })
    expect(bed.toWorker('killExecutor')).toHaveLength(1)
    expect(bed.toWorker('applicationFinished')).toEqual([{ method: 'applicationFinished', appId }])
    bed.application('b')
    expect(bed.toWorker('launchExecutor')).toEqual([])
    const report = { appId, executorId: '0', ...running, state: 'KILLED' } as const
    bed.tell({ type: 'executorState', peer: 'again', workerId: 'w1', report })
    expect(bed.toWorker('launchExecutor')).toHaveLength(1)
    bed.core.assertEmpty()
  })

  it('has its older connection closed when it comes back before that was missed', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.worker('w1', { peer: 'again' })
    expect(bed.effects).toContainEqual({ type: 'closePeer', peer: 'peer of w1' })
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    expect(bed.view.workers[0]?.state).toBe('ALIVE')
    bed.core.assertEmpty()
  })

  it('has to take a new connection when it registers twice on one: what was sent meanwhile is in doubt', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.application('a')
    expect(bed.worker('w1')).toMatchObject({ type: 'standby' })
    expect(bed.effects).toContainEqual({ type: 'closePeer', peer: 'peer of w1' })
    expect(bed.view.activeApplications[0]?.executors).toHaveLength(1)
    bed.core.assertEmpty()
  })

  it('is lost when it does not come back in time', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.application('a')
    bed.tell({ type: 'peerGone', peer: 'peer of w1', cause: 'reset' })
    bed.pass(19_999)
    expect(bed.view.workers[0]?.state).toBe('UNKNOWN')
    bed.pass(1)
    expect(bed.view.workers[0]?.state).toBe('DEAD')
    expect(bed.toApplication('executorUpdated')).toMatchObject([
      { state: 'LOST', workerLost: true, message: expect.stringContaining('did not come back within 20 s') },
    ])
    bed.core.assertEmpty()
  })

  it('is taken again when it comes back too late, but what it still runs has to end', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const appId = bed.application('a')
    bed.tell({ type: 'peerGone', peer: 'peer of w1' })
    bed.pass(20_000)
    const answer = bed.worker('w1', { peer: 'again', executors: [{ appId, executorId: '0', ...running }] })
    expect(answer).toMatchObject({ unknownExecutors: [{ appId, executorId: '0' }] })
    expect(bed.view.workers).toMatchObject([{ id: 'w1', state: 'ALIVE', coresUsed: 4 }])
    bed.core.assertEmpty()
  })
})

describe('a worker that is silent', () => {
  it('is lost after the timeout, unless it is heard of', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.worker('w2')
    bed.pass(50_000)
    bed.tell({ type: 'workerHeartbeat', peer: 'peer of w1', workerId: 'w1' })
    const effects = bed.pass(10_000)
    expect(effects).toContainEqual({ type: 'closePeer', peer: 'peer of w2' })
    expect(bed.view.workers.map(({ id, state }) => `${id} ${state}`)).toEqual(['w1 ALIVE', 'w2 DEAD'])
    expect([...bed.records.keys()]).toEqual(['worker/w1'])
    bed.core.assertEmpty()
  })

  it('is shown as dead for a while, and then no more', () => {
    const bed = TestBed.leading({ deadWorkerPersistence: 2 })
    bed.worker('w1')
    bed.pass(60_000)
    bed.pass(119_999)
    expect(bed.view.workers).toMatchObject([{ id: 'w1', state: 'DEAD' }])
    bed.pass(1)
    expect(bed.view.workers).toEqual([])
    bed.core.assertEmpty()
  })

  it('was not silent when it was the master that stood still', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.now += 3_600_000
    bed.tell({ type: 'tick' })
    expect(bed.view.workers[0]?.state).toBe('ALIVE')
    bed.pass(59_999)
    expect(bed.view.workers[0]?.state).toBe('ALIVE')
    bed.pass(1)
    expect(bed.view.workers[0]?.state).toBe('DEAD')
  })

  it('that believes to be registered, and is not, loses its connection so that it registers again', () => {
    const bed = TestBed.leading()
    expect(bed.tell({ type: 'workerHeartbeat', peer: 'p', workerId: 'w1' })).toEqual([{ type: 'closePeer', peer: 'p' }])
  })
})

describe('a worker that is decommissioned', () => {
  it('is told so, gets nothing new, and its executors are replaced elsewhere at once', () => {
    const bed = TestBed.leading()
    bed.worker('w1', { host: 'h' })
    const appId = bed.application('a', { coresMax: 4 })
    bed.worker('w2')
    const answer = bed.ask((request) => ({ type: 'decommissionWorkers', request, hosts: ['h', 'other'] }))
    expect(answer).toEqual({ type: 'decommissioned', workerIds: ['w1'] })
    expect(bed.toWorker('decommission')).toHaveLength(1)
    expect(bed.toApplication('executorUpdated')).toMatchObject([{ executorId: '0', state: 'DECOMMISSIONED' }])
    expect(bed.toWorker('launchExecutor', 'peer of w2')).toMatchObject([{ appId, executorId: '1', cores: 4 }])
    expect(bed.view.workers[0]).toMatchObject({ state: 'DECOMMISSIONED', coresUsed: 4 })
    bed.executor('w1', { appId, executorId: '0', state: 'DECOMMISSIONED', cores: 4 })
    expect(bed.view.workers[0]).toMatchObject({ state: 'DECOMMISSIONED', coresUsed: 0 })
    bed.core.assertEmpty()
  })

  it('is so for the next leader, too, and is told again if it does not know', () => {
    const bed = TestBed.leading()
    bed.worker('w1', { host: 'h' })
    bed.ask((request) => ({ type: 'decommissionWorkers', request, hosts: ['h'] }))
    bed.elect(2)
    bed.worker('w1', { host: 'h', peer: 'again' })
    expect(bed.toWorker('decommission', 'again')).toHaveLength(1)
    expect(bed.view.workers[0]?.state).toBe('DECOMMISSIONED')
  })

  it('may have been told by its own machine', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.tell({ type: 'workerDecommissioning', peer: 'peer of w1', workerId: 'w1' })
    expect(bed.view.workers[0]?.state).toBe('DECOMMISSIONED')
    bed.worker('w2', { isDecommissioned: true })
    expect(bed.view.workers[1]?.state).toBe('DECOMMISSIONED')
  })
})
