import type { SparkContext } from 'firesteel'
import { expect, test } from 'vitest'
import { within } from '../kit/eventually.js'
import { freePort, TcpRelay } from '../kit/tcp-relay.js'
import { type TestApplication, withContext } from '../kit/with-context.js'
import { Harm } from './harm.js'
import { RandomJobs } from './random-jobs.js'
import { seededRandom } from './seeded-random.js'

const seconds = Number(process.env.FIRESTEEL_CHAOS_SECONDS ?? 30)
const seed = Number(process.env.FIRESTEEL_CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31))
const jobsAtATime = 3

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

test(`jobs give the right results while executors die, freeze, are cut off and lose files (seed ${seed}, ${seconds} s)`, {
  timeout: (seconds + 90) * 1000,
}, async () => {
  const jobs = new RandomJobs(seededRandom(seed))
  const port = await freePort()
  const relay = await TcpRelay.open(port)
  let harm: Harm | undefined
  let finished = 0

  const runJobs = async (sc: SparkContext): Promise<void> => {
    const end = performance.now() + seconds * 1000
    while (performance.now() < end) {
      const { name, run, expected } = jobs.next()
      const got = await within(60_000, name, run(sc))
      expect(got, name).toEqual(expected)
      finished++
    }
  }
  const body = async ({ sc, events, localDir }: TestApplication): Promise<void> => {
    harm = new Harm(seededRandom(seed + 1), { relay, localDir })
    const harming = harm.run()
    try {
      await Promise.all(Array.from({ length: jobsAtATime }, () => runJobs(sc)))
    } finally {
      harm.stop()
      await harming
    }
    // Whatever happened before: all is well when nothing is done to it any more.
    expect(await sc.parallelize([1, 2, 3, 4], 4).sum()).toBe(10)
    expect(events.losses.length).toBeGreaterThan(0)
  }

  try {
    const all = { ...TcpRelay.conf(port), ...conf }
    await withContext('local-cluster[3,1,512]', body, { conf: all, timeoutMs: (seconds + 70) * 1000 })
  } catch (error) {
    console.error(`FIRESTEEL_CHAOS_SEED=${seed}: failed after ${finished} jobs; the last faults:`)
    for (const fault of harm?.done.slice(-20) ?? []) console.error(`  ${fault}`)
    throw error
  } finally {
    await relay.close()
  }
  console.info(`chaos: seed ${seed}: ${finished} jobs, ${harm?.done.length} faults`)
})
