import { describe, expect, it } from 'vitest'
import { TestBed } from './test-bed.js'

describe('an application that registers', () => {
  it('is stored before it is answered, without anything secret', () => {
    const bed = TestBed.leading()
    const appId = bed.application('a')
    const order = bed.effects.map(({ type }) => type).filter((type) => type === 'store' || type === 'answer')
    expect(order).toEqual(['store', 'answer'])
    expect(bed.records.get(`application/${appId}`)).toMatchObject({ id: appId, name: 'a', token: 'token of a' })
    expect(JSON.stringify([...bed.records.values()])).not.toContain('security')
  })

  it('is the same one when it asks again after a lost answer', () => {
    const bed = TestBed.leading()
    const appId = bed.application('a')
    expect(bed.application('a')).toBe(appId)
    expect(bed.application('a', {}, { peer: 'another connection' })).toBe(appId)
    expect(bed.effects).toContainEqual({ type: 'closePeer', peer: 'peer of a' })
    expect(bed.view.activeApplications).toHaveLength(1)
    bed.core.assertEmpty()
  })

  it('is refused when it makes no sense, or claims what is another', () => {
    const bed = TestBed.leading()
    const appId = bed.application('a')
    const refusals = [
      bed.registerApplication('b', { coresPerExecutor: 0 }),
      bed.registerApplication('b', { memoryPerExecutorMiB: Number.NaN }),
      bed.registerApplication('b', { resourcesPerExecutor: { gpu: -1 } }),
      bed.registerApplication('b', {}, { appId: '../b' }),
      bed.registerApplication('b', {}, { token: '' }),
      bed.registerApplication('b', {}, { appId }),
    ]
    expect(refusals.map((answer) => ('message' in answer ? answer.message : ''))).toEqual([
      'cores of an executor: 0, where 1 or more is expected',
      'memory of an executor in MiB: NaN, where 1 or more is expected',
      'gpu: -1, where a whole number is expected',
      '"../b" cannot be the id of an application',
      'an application registers with a token of its own',
      `another application is known as ${appId}`,
    ])
  })

  it('gets ids by the pattern, none of them twice', () => {
    const bed = TestBed.leading({ appIdPattern: 'app-%2$02d', appNumberModulo: 2 })
    expect(['a', 'b', 'c', 'd'].map((name) => bed.application(name))).toEqual([
      'app-00',
      'app-01',
      'app-00-1',
      'app-01-1',
    ])
  })

  it('gets its name as its id where that is wanted', () => {
    const bed = TestBed.leading({ useAppNameAsAppId: true })
    expect(bed.application('Word Count')).toBe('wordcount')
    expect(bed.application('word count', {}, { token: 'other' })).toBe('wordcount-1')
  })
})

describe('an application whose connection broke', () => {
  it('gets nothing new until it is back, and keeps what it has', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const appId = bed.application('a')
    bed.tell({ type: 'peerGone', peer: 'peer of a' })
    bed.worker('w2')
    expect(bed.toWorker('launchExecutor')).toEqual([])
    bed.application('a', {}, { appId, peer: 'again', highestExecutor: 0 })
    expect(bed.toWorker('launchExecutor')).toMatchObject([{ appId, executorId: '1' }])
    expect(bed.toApplication('executorAdded', 'again').map(({ executorId }) => executorId)).toEqual(['0', '1'])
    bed.core.assertEmpty()
  })

  it('is told of the end of executors that ended meanwhile', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const appId = bed.application('a', { executorLimit: 1 })
    bed.tell({ type: 'peerGone', peer: 'peer of a' })
    bed.executor('w1', { appId, executorId: '0', state: 'EXITED', exitCode: 9, message: 'boom' })
    bed.application('a', { executorLimit: 1 }, { appId, peer: 'again', highestExecutor: 0, executorIds: ['0'] })
    expect(bed.toApplication('executorUpdated', 'again')).toMatchObject([
      { executorId: '0', state: 'EXITED', exitCode: 9, message: 'boom' },
    ])
  })

  it('has ended when it does not come back in time', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const appId = bed.application('a')
    bed.tell({ type: 'peerGone', peer: 'peer of a' })
    bed.pass(30_000)
    expect(bed.view.completedApplications).toMatchObject([
      { id: appId, state: 'FAILED', message: 'its connection broke, and it did not come back within 30 s' },
    ])
    expect(bed.toWorker('killExecutor')).toHaveLength(1)
    expect(bed.toWorker('applicationFinished')).toHaveLength(1)
    expect(bed.registerApplication('a', {}, { appId })).toMatchObject({
      type: 'refused',
      message: expect.stringContaining('has ended (FAILED)'),
    })
    bed.core.assertEmpty()
  })
})

describe('the end of an application', () => {
  it('is what it says when it unregisters', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const appId = bed.application('a')
    bed.tell({ type: 'unregisterApplication', peer: 'peer of a', message: { appId, state: 'FINISHED' } })
    expect(bed.toWorker('killExecutor')).toMatchObject([{ appId, executorId: '0' }])
    expect(bed.view.completedApplications).toMatchObject([{ id: appId, state: 'FINISHED', executors: [] }])
    expect(bed.view.completedApplications[0]?.endedExecutors).toMatchObject([{ id: '0', state: 'KILLED' }])
    bed.core.assertEmpty()
  })

  it('is not decided by a connection that is not its own', () => {
    const bed = TestBed.leading()
    const appId = bed.application('a')
    bed.tell({ type: 'unregisterApplication', peer: 'a stranger', message: { appId, state: 'FINISHED' } })
    expect(bed.view.activeApplications).toHaveLength(1)
  })

  it('frees its cores only when the worker says that its executors have ended', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const appId = bed.application('a')
    bed.application('b')
    bed.tell({ type: 'killApplication', appId, by: 'admin' })
    expect(bed.toApplication('removed')).toEqual([
      { method: 'removed', state: 'KILLED', message: 'it was killed by admin' },
    ])
    expect(bed.toWorker('launchExecutor')).toEqual([])
    bed.executor('w1', { appId, executorId: '0', state: 'KILLED', cores: 4 })
    expect(bed.toWorker('launchExecutor')).toHaveLength(1)
    bed.core.assertEmpty()
  })

  it('is shown for as many as are retained, and stays known a while longer', () => {
    const bed = TestBed.leading({ retainedApplications: 1 })
    const ids = ['a', 'b'].map((name) => bed.application(name))
    for (const appId of ids) bed.tell({ type: 'killApplication', appId, by: 'me' })
    expect(bed.view.completedApplications.map(({ id }) => id)).toEqual([ids[1]])
    expect(bed.registerApplication('a', {}, { appId: ids[0] as string })).toMatchObject({ type: 'refused' })
    bed.pass(300_000)
    expect([...bed.records.keys()]).toEqual([`application/${ids[1]}`])
    bed.tell({ type: 'clearCompleted' })
    expect(bed.view.completedApplications).toEqual([])
    expect(bed.records.size).toBe(0)
    bed.core.assertEmpty()
  })
})
