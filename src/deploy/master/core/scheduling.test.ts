import { describe, expect, it } from 'vitest'
import { TestBed } from './test-bed.js'

/** `worker:cores` of each executor that was launched. */
const launched = (bed: TestBed) =>
  bed.effects.flatMap((effect) =>
    effect.type === 'toWorker' && effect.message.method === 'launchExecutor'
      ? [`${effect.peer.replace('peer of ', '')}:${effect.message.cores}`]
      : [],
  )

function cluster(options: Parameters<typeof TestBed.leading>[0] = {}, workers = 3): TestBed {
  const bed = TestBed.leading(options)
  for (let i = 1; i <= workers; i++) bed.worker(`w${i}`)
  return bed
}

describe('executors of an application', () => {
  it('are spread over the workers', () => {
    const bed = cluster()
    bed.application('a', { coresMax: 6, coresPerExecutor: 1 })
    expect(launched(bed)).toEqual(['w1:1', 'w1:1', 'w2:1', 'w2:1', 'w3:1', 'w3:1'])
  })

  it('are packed onto few where that is wanted', () => {
    const bed = cluster({ spreadOutApps: false })
    bed.application('a', { coresMax: 6, coresPerExecutor: 2 })
    expect(launched(bed)).toEqual(['w1:2', 'w1:2', 'w2:2'])
  })

  it('take all that there is, one a worker, without a limit', () => {
    const bed = cluster()
    bed.application('a')
    expect(launched(bed)).toEqual(['w1:4', 'w2:4', 'w3:4'])
  })

  it('take as much as the default says without a limit of their own', () => {
    const bed = cluster({ defaultCores: 3 })
    bed.application('a')
    expect(launched(bed)).toEqual(['w1:1', 'w2:1', 'w3:1'])
    expect(bed.view.activeApplications[0]).toMatchObject({ coresMax: 3, coresGranted: 3 })
  })

  it('go to the worker that the selection policy names', () => {
    const bed = TestBed.leading({ workerSelectionPolicy: 'MEMORY_FREE_DESC' })
    bed.worker('small', { cores: 8, memoryMiB: 2048 })
    bed.worker('large', { cores: 2, memoryMiB: 4096 })
    bed.application('a', { coresMax: 1 })
    expect(launched(bed)).toEqual(['large:1'])
  })

  it('are no more than its memory and addresses allow', () => {
    const bed = TestBed.leading()
    bed.worker('w1', { cores: 8, memoryMiB: 3072, resources: { gpu: ['0', '1'] } })
    bed.application('a', { coresPerExecutor: 1, memoryPerExecutorMiB: 1024, resourcesPerExecutor: { gpu: 1 } })
    expect(bed.toWorker('launchExecutor').map(({ resources }) => resources)).toEqual([{ gpu: ['0'] }, { gpu: ['1'] }])
    bed.application('b', { coresPerExecutor: 1, memoryPerExecutorMiB: 1024 })
    expect(launched(bed)).toEqual(['w1:1'])
  })

  it('follow the number that it asks for, up and down', () => {
    const bed = cluster()
    const appId = bed.application('a', { coresPerExecutor: 1, executorLimit: 0 })
    expect(launched(bed)).toEqual([])
    bed.tell({ type: 'requestExecutors', peer: 'peer of a', appId, total: 2 })
    expect(launched(bed)).toEqual(['w1:1', 'w2:1'])
    bed.tell({ type: 'requestExecutors', peer: 'peer of a', appId, total: 1 })
    expect(bed.toWorker('killExecutor')).toEqual([])
    bed.executor('w1', { appId, executorId: '0', state: 'KILLED' })
    expect(launched(bed)).toEqual([])
    bed.executor('w2', { appId, executorId: '1', state: 'EXITED', exitCode: 1 })
    expect(launched(bed)).toHaveLength(1)
    bed.core.assertEmpty()
  })
})

describe('several applications', () => {
  it('are served in the order of their coming', () => {
    const bed = TestBed.leading()
    const [a, b] = [bed.application('a', { coresMax: 4 }), bed.application('b', { coresMax: 4 })]
    bed.worker('w1')
    expect(bed.toWorker('launchExecutor').map(({ appId }) => appId)).toEqual([a])
    bed.worker('w2')
    expect(bed.toWorker('launchExecutor').map(({ appId }) => appId)).toEqual([b])
  })

  it('do not wait for one whose executors fit nowhere', () => {
    const bed = cluster({}, 1)
    bed.application('large', { coresPerExecutor: 16 })
    bed.application('small', { coresPerExecutor: 2 })
    expect(launched(bed)).toEqual(['w1:2', 'w1:2'])
  })

  it('get what another leaves, the earliest first', () => {
    const bed = cluster({}, 2)
    const a = bed.application('a', { coresPerExecutor: 4 })
    const b = bed.application('b', { coresPerExecutor: 4 })
    bed.application('c', { coresPerExecutor: 4 })
    bed.tell({ type: 'requestExecutors', peer: 'peer of a', appId: a, total: 1 })
    bed.executor('w1', { appId: a, executorId: '0', state: 'KILLED' })
    expect(bed.toWorker('launchExecutor').map(({ appId }) => appId)).toEqual([b])
    bed.core.assertEmpty()
  })
})
