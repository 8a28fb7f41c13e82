import { describe, expect, it } from 'vitest'
import { type ExecutorDemand, planExecutors } from './plan-executors.js'
import { WorkerEntry } from './worker-entry.js'

function worker(id: string, cores: number, memoryMiB: number, gpus = 0): WorkerEntry {
  const entry = new WorkerEntry({ id, host: id, port: 1, cores, memoryMiB, webUiUrl: '' })
  entry.resources = { gpu: Array.from({ length: gpus }, (_, i) => String(i)) }
  return entry
}

const demand: ExecutorDemand = {
  cores: Number.POSITIVE_INFINITY,
  executors: Number.POSITIVE_INFINITY,
  memoryMiB: 1024,
  resources: {},
  spreadOut: true,
}

/** Cores and executors by worker. */
function plan(workers: readonly WorkerEntry[], changes: Partial<ExecutorDemand>): Record<string, string> {
  const placements = planExecutors({ ...demand, ...changes }, workers)
  return Object.fromEntries(placements.map((p) => [p.worker.id, `${p.cores}/${p.executors}`]))
}

/** The rule in its plain form, over all workers at once. */
function reference(workers: readonly WorkerEntry[], options: ExecutorDemand): Record<string, string> {
  const unit = options.coresPerExecutor ?? 1
  const isSingle = options.coresPerExecutor === undefined
  const cores = workers.map(() => 0)
  const executors = workers.map(() => 0)
  let left = Math.min(
    options.cores,
    workers.reduce((sum, { coresFree }) => sum + coresFree, 0),
  )
  const can = (i: number): boolean => {
    const { coresFree, memoryFreeMiB } = workers[i] as WorkerEntry
    if (left < unit || coresFree - (cores[i] as number) < unit) return false
    const isNew = !isSingle || executors[i] === 0
    if (!isNew) return true
    const n = (executors[i] as number) + 1
    if (memoryFreeMiB < n * options.memoryMiB || !(workers[i] as WorkerEntry).hasAddresses(options.resources, n))
      return false
    return executors.reduce((sum, count) => sum + count, 0) < options.executors
  }
  let free = workers.map((_, i) => i).filter(can)
  while (free.length > 0) {
    for (const i of free) {
      let goesOn = true
      while (goesOn && can(i)) {
        left -= unit
        cores[i] = (cores[i] as number) + unit
        executors[i] = isSingle ? 1 : (executors[i] as number) + 1
        if (options.spreadOut) goesOn = false
      }
    }
    free = free.filter(can)
  }
  return Object.fromEntries(
    workers.flatMap(({ id }, i) => (executors[i] === 0 ? [] : [[id, `${cores[i]}/${executors[i]}`]])),
  )
}

describe('planExecutors', () => {
  const three = [worker('a', 8, 8192), worker('b', 8, 8192), worker('c', 8, 8192)]

  it('spreads the cores of single executors over the workers', () => {
    expect(plan(three, { cores: 10 })).toEqual({ a: '4/1', b: '3/1', c: '3/1' })
  })

  it('packs them onto as few as will do', () => {
    expect(plan(three, { cores: 10, spreadOut: false })).toEqual({ a: '8/1', b: '2/1' })
  })

  it('places several executors of a size on one worker', () => {
    expect(plan(three, { cores: 10, coresPerExecutor: 2 })).toEqual({ a: '4/2', b: '4/2', c: '2/1' })
    expect(plan(three, { cores: 10, coresPerExecutor: 4, spreadOut: false })).toEqual({ a: '8/2' })
  })

  it('leaves what is no whole executor', () => {
    expect(plan(three, { cores: 7, coresPerExecutor: 3 })).toEqual({ a: '3/1', b: '3/1' })
    expect(plan(three, { cores: 2, coresPerExecutor: 3 })).toEqual({})
  })

  it('heeds the limit of executors, while the single ones grow on', () => {
    expect(plan(three, { coresPerExecutor: 1, executors: 4 })).toEqual({ a: '2/2', b: '1/1', c: '1/1' })
    expect(plan(three, { executors: 2 })).toEqual({ a: '8/1', b: '8/1' })
    expect(plan(three, { executors: 0 })).toEqual({})
  })

  it('heeds memory and addresses of each executor', () => {
    expect(plan([worker('a', 8, 2500)], { coresPerExecutor: 1 })).toEqual({ a: '2/2' })
    expect(
      plan([worker('a', 8, 8192, 3), worker('b', 8, 8192)], { coresPerExecutor: 1, resources: { gpu: 1 } }),
    ).toEqual({
      a: '3/3',
    })
  })

  it('reads no more workers than it needs', () => {
    let read = 0
    function* endless(): Generator<WorkerEntry> {
      for (;;) yield worker(`w${read++}`, 4, 8192)
    }
    expect(planExecutors({ ...demand, cores: 3 }, endless())).toHaveLength(3)
    expect(read).toBeLessThan(6)
  })

  it('agrees with the plain rule on thousands of clusters', () => {
    let state = 3
    const random = (n: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * n)
    }
    for (let i = 0; i < 3_000; i++) {
      const workers = Array.from({ length: random(6) }, (_, w) => worker(`w${w}`, random(9), random(6_000), random(4)))
      const options: ExecutorDemand = {
        cores: random(3) === 0 ? Number.POSITIVE_INFINITY : random(30),
        executors: random(2) === 0 ? Number.POSITIVE_INFINITY : random(8),
        ...(random(2) === 0 ? {} : { coresPerExecutor: 1 + random(4) }),
        memoryMiB: 1 + random(3_000),
        resources: random(3) === 0 ? { gpu: random(3) } : {},
        spreadOut: random(2) === 0,
      }
      expect(plan(workers, options)).toEqual(reference(workers, options))
    }
  })
})
