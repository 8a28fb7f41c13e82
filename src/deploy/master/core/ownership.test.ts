import { describe, expect, it } from 'vitest'
import { TestBed } from './test-bed.js'

/** One worker with an application that has an executor on it, and somebody else who is connected, too. */
function setUp() {
  const bed = TestBed.leading()
  bed.worker('w', { token: 'of w', cores: 4 })
  const appId = bed.application('a', { coresMax: 2 })
  bed.worker('other', { token: 'of other', cores: 1 })
  return { bed, appId }
}

const executors = (bed: TestBed) => bed.view.activeApplications.flatMap(({ executors }) => executors)
const workerOf = (bed: TestBed, id: string) => bed.view.workers.find((worker) => worker.id === id)

describe('a worker', () => {
  it('cannot be impersonated while it is known, and registers again with its token', () => {
    const { bed } = setUp()
    for (const token of [undefined, 'of other']) {
      expect(bed.worker('w', { token, peer: 'stranger', cores: 1 })).toEqual({
        type: 'refused',
        message: 'another worker is known as w',
      })
    }
    expect(workerOf(bed, 'w')).toMatchObject({ state: 'ALIVE', cores: 4 })
    bed.tell({ type: 'peerGone', peer: 'peer of w' })
    expect(bed.worker('w', { token: 'forged', peer: 'stranger' })).toMatchObject({ type: 'refused' })
    const executor = { appId: 'app-20260102030405-0000', executorId: '0', state: 'RUNNING' as const }
    const reports = [{ ...executor, cores: 2, memoryMiB: 1024, resources: {} }]
    const answer = bed.worker('w', { token: 'of w', peer: 'new peer of w', executors: reports })
    expect(answer).toMatchObject({ type: 'registered', unknownExecutors: [] })
    bed.core.assertEmpty()
  })

  it('is known by its token to the next leader, too', () => {
    const { bed } = setUp()
    const next = new TestBed()
    next.elect(2, bed.records.values())
    expect(next.worker('w', { token: 'forged' })).toMatchObject({ type: 'refused' })
    expect(next.worker('w', { token: 'of w' })).toMatchObject({ type: 'registered' })
  })

  it('keeps its address while it is connected, and who else has it must wait, which is said once', () => {
    const { bed } = setUp()
    const rival = { token: 'of rival', host: 'host-of-w' }
    expect(bed.worker('rival', rival)).toMatchObject({ type: 'standby' })
    const warnings = () => bed.effects.filter((effect) => effect.type === 'log' && effect.level === 'warn')
    expect(warnings()).toHaveLength(1)
    expect(bed.worker('rival', rival)).toMatchObject({ type: 'standby' })
    expect(warnings()).toHaveLength(0)
    expect(executors(bed)).toMatchObject([{ workerId: 'w' }])
    // A worker that was started anew has another id; its old connection is gone.
    bed.tell({ type: 'peerGone', peer: 'peer of w' })
    expect(bed.worker('rival', rival)).toMatchObject({ type: 'registered' })
    expect(workerOf(bed, 'w')).toMatchObject({ state: 'DEAD' })
    bed.core.assertEmpty()
  })

  it('speaks for itself alone', () => {
    const { bed, appId } = setUp()
    const peer = 'peer of other'
    const report = { appId, executorId: '0', cores: 2, memoryMiB: 1024, resources: {}, state: 'EXITED' as const }
    const answer = bed.ask((request) => ({ type: 'executorState', peer, request, workerId: 'w', report }))
    expect(answer).toMatchObject({ type: 'standby' })
    bed.tell({ type: 'workerDecommissioning', peer, workerId: 'w' })
    bed.tell({ type: 'executorState', peer, workerId: 'other', report })
    expect(executors(bed)).toMatchObject([{ id: '0', workerId: 'w' }])
    expect(workerOf(bed, 'w')).toMatchObject({ state: 'ALIVE' })
    expect(bed.tell({ type: 'workerHeartbeat', peer, workerId: 'w' })).toContainEqual({ type: 'closePeer', peer })
    bed.core.assertEmpty()
  })
})

describe('an application', () => {
  it('cannot be impersonated, and comes back with its token', () => {
    const { bed, appId } = setUp()
    const forged = bed.registerApplication('b', {}, { appId, token: 'forged' })
    expect(forged).toEqual({ type: 'refused', message: `another application is known as ${appId}` })
    expect(bed.registerApplication('a', {}, { peer: 'new peer of a' })).toMatchObject({ type: 'registered', appId })
    bed.core.assertEmpty()
  })

  it('is ended, made smaller and robbed of executors over its own connection alone', () => {
    const { bed, appId } = setUp()
    const peer = 'stranger'
    const wrongs = [
      { type: 'requestExecutors', peer, appId, total: 0 },
      { type: 'killExecutors', peer, appId, executorIds: ['0'] },
      { type: 'unregisterApplication', peer, message: { appId, state: 'KILLED' } },
    ] as const
    for (const wrong of wrongs) expect(bed.tell(wrong)).toEqual([])
    bed.tell({ type: 'peerGone', peer: 'peer of a' })
    for (const wrong of wrongs) expect(bed.tell(wrong)).toEqual([])
    expect(executors(bed)).toMatchObject([{ id: '0', state: 'LAUNCHING' }])
    bed.core.assertEmpty()
  })
})

describe('a connection', () => {
  it('is that of one worker or one application', () => {
    const { bed } = setUp()
    const message = 'this connection is that of worker w'
    expect(bed.worker('second', { peer: 'peer of w' })).toEqual({ type: 'refused', message })
    expect(bed.registerApplication('b', {}, { peer: 'peer of w' })).toEqual({ type: 'refused', message })
    expect(bed.registerApplication('b', {}, { peer: 'peer of a' })).toMatchObject({ type: 'refused' })
    expect(bed.worker('second', { peer: 'peer of a' })).toMatchObject({ type: 'refused' })
    bed.core.assertEmpty()
  })
})
