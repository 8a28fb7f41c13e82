import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { eventually, failureOf } from '../kit/eventually.js'
import { freePort } from '../kit/tcp-relay.js'
import { withContext } from '../kit/with-context.js'

const folder = mkdtempSync(join(tmpdir(), 'failing-starts-'))
const options = process.env.NODE_OPTIONS

afterEach(() => {
  if (options === undefined) delete process.env.NODE_OPTIONS
  else process.env.NODE_OPTIONS = options
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('executors that cannot start', () => {
  test('because their process ends at once fail the job, in bounded time, and say why', () =>
    withContext('local-cluster[2,1,512]', async ({ sc, events, stderr }) => {
      // Those that are there run on; none takes the place of one that ends.
      await sc.parallelize([1, 2, 3, 4], 4).count()
      process.env.NODE_OPTIONS = '--require=/no/such/preload.cjs'
      const error = await failureOf(
        sc
          .parallelize([1, 2], 2)
          .map((n) => {
            process.kill(process.pid, 'SIGKILL')
            return n
          })
          .collect(),
        60_000,
      )
      expect(error).toMatchObject({ code: 'FS_JOB_EXECUTORS_GONE' })
      expect(error.message).toMatch(/exit code 1/)
      expect(stderr.linesWith('/no/such/preload.cjs').length).toBeGreaterThan(0)
      expect(events.all('executorAdded')).toHaveLength(2)
    }))

  test('because they never get to register are given up by name', () => {
    writeFileSync(join(folder, 'hang.cjs'), 'if (process.argv[1]?.includes("executor-process")) for (;;) ;\n')
    process.env.NODE_OPTIONS = `--require=${join(folder, 'hang.cjs')}`
    return withContext(
      'local-cluster[1,1,512]',
      async ({ sc }) => {
        const error = await failureOf(sc.parallelize([1, 2], 2).count(), 60_000)
        expect(error).toMatchObject({ code: 'FS_JOB_EXECUTORS_GONE' })
        expect(error.message).toMatch(/had not registered after 1000 ms \(spark\.firesteel\.executor\.startTimeout\)/)
      },
      { conf: { 'spark.firesteel.executor.startTimeout': '1s' } },
    )
  })
})

test('an executor of somebody else, with another secret, is refused and does no harm', async () => {
  const port = await freePort()
  await withContext(
    'local-cluster[1,1,512]',
    async ({ sc, events, stderr, localDir }) => {
      const entry = fileURLToPath(new URL('../../dist/executor-process.js', import.meta.url))
      const stranger = spawn(process.execPath, [entry], { stdio: ['pipe', 'ignore', 'pipe'] })
      let said = ''
      stranger.stderr.on('data', (bytes: Buffer) => {
        said += bytes.toString()
      })
      const secret = { kind: 'random', text: Buffer.alloc(32, 7).toString('base64') }
      const launch = {
        executorId: '99',
        driver: { host: '127.0.0.1', port },
        security: { secret, encrypt: false },
        slots: 1,
        memoryBytes: 512 << 20,
        localDirs: [localDir],
        settings: {},
      }
      const code = new Promise((resolve) => stranger.once('close', resolve))
      stranger.stdin.write(`${JSON.stringify(launch)}\n`)
      expect(await code).toBe(52)
      expect(said).toMatch(/could not reach the driver/)
      await eventually('a line about it', () => stderr.linesWith('refused 127.0.0.1').length === 1)
      expect(await sc.parallelize([1, 2, 3], 2).sum()).toBe(6)
      expect(events.all('executorAdded')).toHaveLength(1)
    },
    { conf: { 'spark.driver.port': port } },
  )
})
