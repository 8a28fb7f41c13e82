import { expect, test } from 'vitest'
import type { PoolConfig, SchedulingMode } from './pool-config.js'
import { Pools } from './pools.js'
import type { Schedulable } from './schedulable.js'

const set = (name: string, numRunning: number, numPending: number, priority = 0): Schedulable => {
  return { name, weight: 1, minShare: 0, numRunning, numPending, priority, stageId: 0 }
}
const production: PoolConfig = { name: 'production', schedulingMode: 'FAIR', weight: 2, minShare: 3 }
const pools = (mode: SchedulingMode) => new Pools<Schedulable>({ mode, pools: [production] })

test('pools are known before they are used, and unknown names become pools with the defaults', () => {
  const fair = pools('FAIR')
  expect(fair.states().map(({ name }) => name)).toEqual(['default', 'production'])
  const job = set('a', 2, 5)
  fair.add(job, { 'spark.scheduler.pool': 'adhoc' })
  expect(fair.states()).toEqual([
    {
      name: 'adhoc',
      schedulingMode: 'FIFO',
      weight: 1,
      minShare: 0,
      activeStages: 1,
      runningTasks: 2,
      pendingTasks: 5,
    },
    {
      name: 'default',
      schedulingMode: 'FIFO',
      weight: 1,
      minShare: 0,
      activeStages: 0,
      runningTasks: 0,
      pendingTasks: 0,
    },
    { ...production, activeStages: 0, runningTasks: 0, pendingTasks: 0 },
  ])
  fair.remove(job)
  expect(fair.states()).toHaveLength(2)
})

test('under FIFO there is one pool, and a job that names another goes there too', () => {
  const fifo = pools('FIFO')
  fifo.add(set('a', 1, 1), { 'spark.scheduler.pool': 'production' })
  expect(fifo.states()).toMatchObject([{ name: 'default', activeStages: 1 }])
})
