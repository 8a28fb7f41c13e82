import { describe, expect, test } from 'vitest'
import { eventually, failureOf } from '../../kit/eventually.js'
import { freePort, TcpRelay } from '../../kit/tcp-relay.js'
import { withContext } from '../../kit/with-context.js'

const master = 'local-cluster[2,1,512]'

describe('a job whose executors cannot reach the driver', () => {
  test('says so while it waits, and fails in bounded time with the address', async () => {
    const port = await freePort()
    await withContext(
      master,
      async ({ sc, stderr }) => {
        const job = failureOf(sc.parallelize([1, 2], 2).count())
        const [waiting] = await eventually('a reason with its cause', () => {
          const reasons = sc.pendingReasons()
          return reasons[0]?.text.includes('could not reach') ? reasons : undefined
        })
        expect(waiting).toMatchObject({ reason: 'noExecutors', figures: { pending: 2, executors: 0 } })
        expect(waiting?.text).toMatch(
          /2 tasks wait: no executor is registered \(.*ended before .* registered, the last because it could not reach the driver at 127\.0\.0\.2:\d+\)/,
        )
        const error = await job
        expect(error).toMatchObject({ code: 'FS_JOB_EXECUTORS_GONE' })
        expect(error.message).toContain(`it could not reach the driver at 127.0.0.2:${port}`)
        expect(stderr.linesWith('ended before it registered')).toHaveLength(1)
        expect(stderr.linesWith('nothing listens there (connection refused)').length).toBeGreaterThan(0)
        // A later job is told at once.
        expect(await failureOf(sc.parallelize([1], 1).count())).toMatchObject({ code: 'FS_JOB_EXECUTORS_GONE' })
      },
      { conf: TcpRelay.conf(port) },
    )
  })

  test('because the network swallows everything fails in bounded time too', async () => {
    const port = await freePort()
    const relay = await TcpRelay.open(port)
    relay.hold()
    try {
      await withContext(
        master,
        async ({ sc }) => {
          const error = await failureOf(sc.parallelize([1, 2], 2).count())
          expect(error).toMatchObject({ code: 'FS_JOB_EXECUTORS_GONE' })
          expect(error.message).toContain(`it could not reach the driver at 127.0.0.2:${port}`)
        },
        { conf: { ...TcpRelay.conf(port), 'spark.firesteel.executor.startTimeout': '1s' } },
      )
    } finally {
      await relay.close()
    }
  })
})

test('a job without executors tells the log why after some seconds, and fails after the longest wait with the reason', async () => {
  const port = await freePort()
  const relay = await TcpRelay.open(port)
  relay.hold()
  try {
    await withContext(
      master,
      async ({ sc, stderr }) => {
        const error = await failureOf(sc.parallelize([1, 2], 2).count())
        expect(error).toMatchObject({ code: 'FS_JOB_NO_RESOURCES' })
        expect(error.message).toMatch(
          /waited 2 s while nothing was running: .*no executor is registered \(2 have been started and are awaited\)/,
        )
        const [line] = stderr.linesWith('nothing has been running for')
        expect(line).toMatch(/WARN .* 2 tasks wait: no executor is registered \(2 have been started/)
      },
      {
        conf: {
          ...TcpRelay.conf(port),
          'spark.firesteel.pending.timeout': '2s',
          'spark.starvation.timeout': '300ms',
        },
      },
    )
  } finally {
    await relay.close()
  }
})

test('an executor that does not register in time is ended, and the reason names the setting', () =>
  withContext(
    master,
    async ({ sc }) => {
      const error = await failureOf(sc.parallelize([1, 2], 2).count())
      expect(error).toMatchObject({ code: 'FS_JOB_EXECUTORS_GONE' })
      expect(error.message).toContain('it had not registered after 1 ms (spark.firesteel.executor.startTimeout)')
    },
    { conf: { 'spark.firesteel.executor.startTimeout': '1ms' } },
  ))

test('executors have the environment variables that are set for them, and serve their data on the port asked for', async () => {
  const port = await freePort()
  await withContext(
    master,
    async ({ sc }) => {
      const seen = await sc
        .parallelize([1, 2], 2)
        .map(() => process.env.FLAVOUR)
        .collect()
      expect(seen).toEqual(['plum', 'plum'])
      const pairs = sc.parallelize([1, 2, 3, 4], 4).map((n): [number, number] => [n % 2, n])
      expect(new Map(await pairs.reduceByKey((a, b) => a + b, 2).collect())).toEqual(
        new Map([
          [0, 6],
          [1, 4],
        ]),
      )
      const ports = [...sc.runtime.backend.executors].map(({ info }) => info.data?.port ?? 0)
      for (const one of ports) {
        expect(one).toBeGreaterThanOrEqual(port)
        expect(one).toBeLessThanOrEqual(port + 16)
      }
      expect(new Set(ports).size).toBe(ports.length)
    },
    {
      conf: {
        'spark.executorEnv.FLAVOUR': 'plum',
        'spark.blockManager.port': port,
        'spark.shuffle.readHostLocalDisk': 'false',
      },
    },
  )
})
