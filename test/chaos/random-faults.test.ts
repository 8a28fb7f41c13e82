import { expect, test } from 'vitest'
import { within } from '../kit/eventually.js'
import { executorPids, signalExecutor } from '../kit/processes.js'
import { type TestApplication, withContext } from '../kit/with-context.js'
import { RandomJobs } from './random-jobs.js'
import { seededRandom } from './seeded-random.js'

const seconds = Number(process.env.FIRESTEEL_CHAOS_SECONDS ?? 30)
const seed = Number(process.env.FIRESTEEL_CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** How often something happens to an executor, ms on average: rare enough for the executors that take the place of dead ones. */
const faultEveryMs = 900
const waitingJobs = 3

/** Kills and freezes executors at random until it is told to stop. */
async function harm(random: () => number, isOver: () => boolean): Promise<string[]> {
  const done: string[] = []
  const frozen: { pid: number; until: number }[] = []
  const began = performance.now()
  for (let next = 500; !isOver(); ) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    const now = performance.now() - began
    for (const one of frozen.splice(0)) {
      if (one.until <= now) signalExecutor(one.pid, 'SIGCONT')
      else frozen.push(one)
    }
    if (now < next) continue
    next = now + random() * 2 * faultEveryMs
    const pids = executorPids()
    const pid = pids[Math.floor(random() * pids.length)]
    const kind = random()
    if (pid === undefined) continue
    if (kind < 0.55) signalExecutor(pid, 'SIGKILL')
    else if (kind < 0.65) signalExecutor(pid, 'SIGTERM')
    else {
      signalExecutor(pid, 'SIGSTOP')
      // Shorter and longer than the driver's patience.
      frozen.push({ pid, until: now + random() * 4000 })
    }
    done.push(`${Math.round(now)} ms: ${kind < 0.55 ? 'kill' : kind < 0.65 ? 'terminate' : 'freeze'} ${pid}`)
  }
  for (const { pid } of frozen) signalExecutor(pid, 'SIGCONT')
  return done
}

test(`jobs give the right results while executors die and freeze (seed ${seed}, ${seconds} s)`, {
  timeout: (seconds + 90) * 1000,
}, async () => {
  const jobs = new RandomJobs(seededRandom(seed))
  let faults: string[] = []
  let finished = 0
  const body = async ({ sc, events }: TestApplication): Promise<void> => {
    const end = performance.now() + seconds * 1000
    let isOver = false
    const harming = harm(seededRandom(seed + 1), () => isOver)
    const stream = async (): Promise<void> => {
      while (performance.now() < end) {
        const { name, run, expected } = jobs.next()
        const got = await within(60_000, name, run(sc))
        expect(got, name).toEqual(expected)
        finished++
      }
    }
    try {
      await Promise.all(Array.from({ length: waitingJobs }, stream))
    } finally {
      isOver = true
      faults = await harming
    }
    // Whatever happened before: all is well when nothing is done to it any more.
    expect(await sc.parallelize([1, 2, 3, 4], 4).sum()).toBe(10)
    expect(events.losses.length).toBeGreaterThan(0)
  }
  const conf = {
    'spark.network.timeout': '2s',
    'spark.executor.heartbeatInterval': '200ms',
    'spark.shuffle.io.retryWait': '100ms',
    // Faults come far more often than in life, and are nobody's fault.
    'spark.task.maxFailures': 100,
    'spark.stage.maxConsecutiveAttempts': 100,
    'spark.executor.maxNumFailures': 10_000,
    'spark.shuffle.readHostLocalDisk': seed % 2 === 0,
  }
  try {
    await withContext('local-cluster[3,1,512]', body, { conf, timeoutMs: (seconds + 70) * 1000 })
  } catch (error) {
    console.error(`FIRESTEEL_CHAOS_SEED=${seed}: failed after ${finished} jobs`)
    for (const fault of faults.slice(-20)) console.error(`  ${fault}`)
    throw error
  }
  console.info(`chaos: seed ${seed}: ${finished} jobs, ${faults.length} faults`)
})
