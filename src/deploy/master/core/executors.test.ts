import { describe, expect, it } from 'vitest'
import { TestBed } from './test-bed.js'

/** An application whose executor runs on the only worker. */
function withExecutor(options: Parameters<typeof TestBed.leading>[0] = {}) {
  const bed = TestBed.leading(options)
  bed.worker('w1')
  const appId = bed.application('a')
  bed.executor('w1', { appId, executorId: '0', state: 'RUNNING' })
  return { bed, appId }
}

/** Its newest executor ends with this code. */
function fail(bed: TestBed, appId: string, exitCode = 1): void {
  const [executor] = bed.view.activeApplications.find(({ id }) => id === appId)?.executors.slice(-1) ?? []
  if (executor === undefined) throw new Error('it has no executor')
  const { id: executorId, workerId } = executor
  bed.executor(workerId, { appId, executorId, state: 'EXITED', exitCode, message: `code ${exitCode}` })
}

describe('an executor', () => {
  it('that runs is told of', () => {
    const { bed } = withExecutor()
    expect(bed.toApplication('executorUpdated')).toEqual([
      { method: 'executorUpdated', executorId: '0', state: 'RUNNING' },
    ])
    expect(bed.view.activeApplications[0]).toMatchObject({ state: 'RUNNING', coresGranted: 4 })
  })

  it('that ends is told of with its cause, and replaced by one of another number', () => {
    const { bed, appId } = withExecutor()
    const cause = { code: 'processOutOfMemory', causedByApp: true }
    bed.executor('w1', { appId, executorId: '0', state: 'EXITED', exitCode: 134, message: 'heap', cause })
    expect(bed.toApplication('executorUpdated')).toMatchObject([
      { executorId: '0', state: 'EXITED', exitCode: 134, message: 'heap', cause, workerLost: false },
    ])
    expect(bed.toWorker('launchExecutor')).toMatchObject([{ executorId: '1', cores: 4 }])
    bed.core.assertEmpty()
  })

  it('that nobody knows is ended, and holds its place until then', () => {
    const { bed } = withExecutor()
    bed.executor('w1', { appId: 'app-x', executorId: '7', state: 'RUNNING' })
    expect(bed.toWorker('killExecutor')).toMatchObject([{ appId: 'app-x', executorId: '7' }])
    expect(bed.view.workers[0]?.coresUsed).toBe(5)
    bed.executor('w1', { appId: 'app-x', executorId: '7', state: 'KILLED' })
    expect(bed.view.workers[0]?.coresUsed).toBe(4)
  })

  it('that its application wants ended is killed, and replaced if it wants as many as before', () => {
    const { bed, appId } = withExecutor({ maxExecutorRetries: 1 })
    bed.tell({ type: 'killExecutors', peer: 'peer of a', appId, executorIds: ['0', 'unknown'] })
    expect(bed.toWorker('killExecutor')).toMatchObject([{ executorId: '0', reason: 'its application asked for it' }])
    bed.executor('w1', { appId, executorId: '0', state: 'KILLED', exitCode: 143 })
    expect(bed.toWorker('launchExecutor')).toHaveLength(1)
  })
})

describe('executors that fail in a row', () => {
  it('end their application, with the last message', () => {
    const { bed, appId } = withExecutor({ maxExecutorRetries: 3 })
    for (let i = 0; i < 3; i++) fail(bed, appId)
    const message = '3 executors in a row have failed, the last because: code 1 (exit code 1), on w1'
    expect(bed.toApplication('removed')).toEqual([{ method: 'removed', state: 'FAILED', message }])
    expect(bed.view.completedApplications).toMatchObject([{ id: appId, state: 'FAILED', message }])
    bed.core.assertEmpty()
  })

  it('do not count when they end well', () => {
    const { bed, appId } = withExecutor({ maxExecutorRetries: 2 })
    for (let i = 0; i < 5; i++) fail(bed, appId, 0)
    expect(bed.view.activeApplications).toHaveLength(1)
  })

  it('are no row when one has run for a while', () => {
    const { bed, appId } = withExecutor({ maxExecutorRetries: 2 })
    for (let i = 0; i < 4; i++) {
      bed.now += 10_000
      fail(bed, appId)
    }
    expect(bed.view.activeApplications).toHaveLength(1)
  })

  it('do not end an application of which one runs well', () => {
    const { bed, appId } = withExecutor({ maxExecutorRetries: 2 })
    bed.now += 10_000
    bed.worker('w2')
    for (let i = 0; i < 3; i++) fail(bed, appId)
    expect(bed.view.activeApplications).toHaveLength(1)
    expect(bed.toWorker('launchExecutor')).toEqual([])
    // Its worker is left out for a while, and then tried again.
    expect(bed.view.activeApplications[0]?.waitingReason).toMatch(
      /3 executors ended at once on w2 .*tried again in 1 s/,
    )
    bed.pass(1_000)
    expect(bed.view.activeApplications[0]?.executors.map(({ workerId }) => workerId)).toEqual(['w1', 'w2'])
    bed.core.assertEmpty()
  })

  it('end it although they keep each other company', () => {
    const { bed, appId } = withExecutor({ maxExecutorRetries: 2 })
    bed.worker('w2')
    for (const id of ['1', '0', '2', '3']) {
      const executors = bed.view.activeApplications[0]?.executors ?? []
      for (const { id: executorId, workerId } of executors)
        bed.executor(workerId, { appId, executorId, state: 'RUNNING' })
      const workerId = executors.find((executor) => executor.id === id)?.workerId as string
      bed.executor(workerId, { appId, executorId: id, state: 'EXITED', exitCode: 1 })
    }
    expect(bed.view.completedApplications).toMatchObject([{ id: appId, state: 'FAILED' }])
  })

  it('never end an application when there is no limit', () => {
    const { bed, appId } = withExecutor({ maxExecutorRetries: -1 })
    for (let i = 0; i < 12; i++) {
      for (let s = 0; s < 6 && bed.view.activeApplications[0]?.executors.length === 0; s++) {
        bed.pass(10_000)
        bed.heartbeat('w1')
      }
      fail(bed, appId)
    }
    expect(bed.view.activeApplications).toHaveLength(1)
  })
})
