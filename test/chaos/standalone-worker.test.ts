import { afterEach, beforeEach, expect, test } from 'vitest'
import { hasExecutorEnded } from '../../src/cluster/standalone/index.js'
import { eventually } from '../kit/eventually.js'
import { executorPids, signalExecutor } from '../kit/processes.js'
import { WorkerBed } from '../kit/worker-bed.js'
import { seededRandom } from './seeded-random.js'

const seed = Number(process.env.FIRESTEEL_CHAOS_SEED ?? 1 + Math.floor(Math.random() * 1e6))
const steps = 24

let bed: WorkerBed

beforeEach(async () => {
  bed = await WorkerBed.open()
})

afterEach(async () => {
  await bed.close()
  expect(executorPids()).toEqual([])
})

test(`whatever is launched, killed and lost, a master is told of each end, and what runs is what the worker says (seed ${seed})`, async () => {
  const random = seededRandom(seed)
  const pick = (below: number): number => Math.floor(random() * below)
  const worker = await bed.registered()
  const driver = await bed.driver()
  const launched: string[] = []
  const ended = new Set<string>()
  let epoch = 1
  /** Ends that a master has been told of. */
  const gather = (master = bed.master): void => {
    for (const report of master.executorReports) if (hasExecutorEnded(report.state)) ended.add(report.executorId)
  }
  const actions = [
    () => {
      const executorId = String(launched.length)
      launched.push(executorId)
      // Some find a driver, the others nobody.
      bed.master.launchExecutor({ executorId, ...(random() < 0.6 ? { template: driver.template() } : {}) })
    },
    () => {
      const executorId = String(pick(launched.length + 1))
      if (launched.includes(executorId))
        bed.master.send('killExecutor', { appId: 'app-1', executorId, reason: 'chaos' })
    },
    () => {
      const pids = executorPids()
      if (pids.length > 0) signalExecutor(pids[pick(pids.length)]!, random() < 0.5 ? 'SIGKILL' : 'SIGTERM')
    },
    () => {
      bed.master.takesReports = random() < 0.5
    },
    async () => {
      const before = bed.master
      await bed.replaceMaster({ epoch: ++epoch })
      gather(before)
      await bed.master.registration()
    },
  ]
  for (let step = 0; step < steps; step++) {
    await actions[random() < 0.4 ? 0 : pick(actions.length)]!()
    await new Promise((resolve) => setTimeout(resolve, pick(150)))
  }
  bed.master.takesReports = true
  // A launch that was sent while its master went is nobody's: it is known to neither side.
  const known = () =>
    new Set([...worker.view().executors, ...worker.view().finishedExecutors].map((one) => one.executorId))
  await eventually('every end to be told', () => {
    gather()
    const running = new Set(worker.view().executors.map(({ executorId }) => executorId))
    return [...known()].every((id) => running.has(id) || ended.has(id))
  })
  await eventually('as many processes as executors', () => executorPids().length === worker.view().executors.length)
  const { executors, finishedExecutors } = worker.view()
  const all = [...executors, ...finishedExecutors].map(({ executorId }) => executorId)
  expect(new Set(all).size).toBe(all.length)
  expect(executors.filter(({ executorId }) => ended.has(executorId))).toEqual([])
})
