import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  busyMaster,
  busyWorker,
  emptyWorker,
  failingMaster,
  MemoryLog,
  MemoryMaster,
  MemoryWorker,
} from '../../src/ui/ui.test-kit.js'
import { accessibilityProblems, browserNote, chromiumPath, complaintsOf, overflowOf, picture } from '../kit/browser.js'
import { PagesBed } from '../kit/pages-bed.js'

if (chromiumPath === undefined)
  console.warn('the tests of the pages in a browser are SKIPPED: there is no Chromium here')

const bed = new PagesBed()

beforeAll(() => bed.open())
afterAll(() => bed.close())
afterEach(() => bed.reset())

const longLog = () => {
  const log = new MemoryLog()
  for (let line = 0; line < 6000; line++)
    log.write(`26/11/22 15:38:20 INFO Executor: finished task ${line} in stage 3.0 → ok\n`)
  return log
}

interface Shown {
  readonly name: string
  readonly serve: () => Promise<string>
  readonly path?: string
  readonly texts: readonly string[]
}

const executorLog = 'logPage/?appId=app-20261122153820-0000&executorId=0&logType=stderr'

function workerWithLog(log: MemoryLog): MemoryWorker {
  const worker = new MemoryWorker(busyWorker())
  worker.logs.set('executor app-20261122153820-0000 0 stderr', log)
  return worker
}

const pages: readonly Shown[] = [
  {
    name: 'master-empty',
    serve: () => bed.master(new MemoryMaster()),
    texts: [
      'spark://127.0.0.1:7077',
      'No worker has registered',
      'No application is running',
      'No driver is running',
      'ALIVE',
    ],
  },
  {
    name: 'master-busy',
    serve: () => bed.master(new MemoryMaster(busyMaster())),
    texts: [
      '142 of 320 in use',
      'Workers (20)',
      'Running applications (10)',
      '1 waiting',
      'asked for 16 cores',
      'needs 8 cores and 16 GiB',
    ],
  },
  {
    name: 'master-failing',
    serve: () => bed.master(new MemoryMaster(failingMaster())),
    texts: [
      'RECOVERING',
      'DEAD',
      'DECOMMISSIONED',
      '<img src=x onerror=alert(1)>',
      '10 executors in a row ended',
      'exit code 1',
    ],
  },
  {
    name: 'application-busy',
    serve: () => bed.master(new MemoryMaster(busyMaster())),
    path: 'app/?appId=app-20261122153820-0000',
    texts: ['Application nightly-report-0', 'Executors (2)', 'stderr', 'Jobs, stages and storage'],
  },
  {
    name: 'application-waiting',
    serve: () => bed.master(new MemoryMaster(busyMaster())),
    path: 'app/?appId=app-20261122153820-0001',
    texts: ['WAITING', 'asked for 16 cores', 'It has no executor'],
  },
  {
    name: 'application-failed',
    serve: () => bed.master(new MemoryMaster(failingMaster())),
    path: 'app/?appId=app-20261122153820-0003',
    texts: ['FAILED', '10 executors in a row ended', 'ran out of memory', 'exit code 137', 'LOST'],
  },
  {
    name: 'environment',
    serve: () =>
      bed.master(new MemoryMaster(), {
        settings: {
          'spark.master.ui.visibleEnvVarPrefixes': 'SPARK_',
          'spark.cores.max': '4',
          'spark.authenticate.secret': 'do-not-show',
        },
        env: { SPARK_MASTER_HOST: 'one', SPARK_SECRET: 'do-not-show', HOME: '/do-not-show' },
      }),
    path: 'environment/',
    texts: ['spark.cores.max', 'SPARK_MASTER_HOST', '(redacted)', 'Node.js'],
  },
  {
    name: 'master-log',
    serve: () => bed.master(new MemoryMaster(), { log: longLog() }),
    path: 'logPage/?self&logType=out',
    texts: ['Log of the master', 'finished task 5999', 'Older'],
  },
  {
    name: 'sign-in',
    serve: () => bed.master(new MemoryMaster(busyMaster()), { secret: { kind: 'words', text: 'a secret' } }),
    path: 'login/',
    texts: ['Web token of the cluster'],
  },
  {
    name: 'worker-empty',
    serve: () => bed.worker(new MemoryWorker({ ...emptyWorker(), masterUrl: undefined, masterWebUiUrl: undefined })),
    texts: ['This worker has no master at present', 'No executor is running here'],
  },
  {
    name: 'worker-busy',
    serve: () => bed.worker(new MemoryWorker(busyWorker())),
    texts: [
      '5 of 8 in use',
      'Running executors (2)',
      'ran out of memory (exit code 137)',
      'Finished drivers (1)',
      'gpu: 0, 1',
    ],
  },
  {
    name: 'worker-log',
    serve: () => bed.worker(workerWithLog(longLog())),
    path: executorLog,
    texts: ['Log of executor 0 of app-20261122153820-0000, stderr', 'finished task 5999'],
  },
  {
    name: 'worker-log-empty',
    serve: () => bed.worker(workerWithLog(new MemoryLog())),
    path: executorLog,
    texts: ['Nothing has been written yet'],
  },
]

const looks = [
  { width: 1280, theme: 'light' },
  { width: 1280, theme: 'dark' },
  { width: 360, theme: 'light' },
  { width: 360, theme: 'dark' },
] as const

describe.skipIf(chromiumPath === undefined)(`the pages of a standalone cluster in a browser${browserNote}`, () => {
  test.each(pages)(
    '$name: all there, narrow and wide, light and dark, for everybody',
    async ({ name, serve: start, path = '', texts }) => {
      const url = await start()
      for (const { width, theme } of looks) {
        const { page, context } = await bed.page({ viewport: { width, height: 800 }, colorScheme: theme })
        const complaints = complaintsOf(page)
        const answer = await page.goto(url + path)
        expect(answer?.status()).toBe(200)
        const text = await page.locator('body').innerText()
        for (const wanted of texts) expect(text, `${name} ${width} ${theme}`).toContain(wanted)
        expect(text).not.toContain('do-not-show')
        expect(await overflowOf(page), `pixels too wide: ${name} at ${width}`).toBeLessThanOrEqual(0)
        // Before axe, which does things that the page's policy forbids.
        expect(complaints).toEqual([])
        expect(await accessibilityProblems(page), `${name} ${width} ${theme}`).toEqual([])
        await picture(page, `${name}-${width}-${theme}`)
        expect(complaints).toEqual([])
        await context.close()
      }
    },
  )
})
