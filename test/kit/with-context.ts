import { SparkContext } from 'firesteel'
import { EventRecord } from './event-record.js'
import { eventually, within } from './eventually.js'
import { LeftOvers } from './left-overs.js'
import { StderrRecord } from './stderr-record.js'

export interface TestApplication {
  readonly sc: SparkContext
  readonly events: EventRecord
  readonly stderr: StderrRecord
  /** The folder below which the application keeps its files. */
  readonly localDir: string
}

export interface TestApplicationOptions {
  readonly conf?: Readonly<Record<string, string | number | boolean>>
  /** The whole test must be over by then; default 60 s. */
  readonly timeoutMs?: number
}

/**
 * Runs `body` in an application of its own, with a deadline, and ends by checking that no process, thread, handle or temporary folder
 * is left. What the application writes to standard error is shown only when the test fails.
 */
export async function withContext(
  master: string,
  body: (application: TestApplication) => Promise<void>,
  { conf = {}, timeoutMs = 60_000 }: TestApplicationOptions = {},
): Promise<void> {
  const leftOvers = await LeftOvers.watch()
  const stderr = new StderrRecord()
  const { localDir } = leftOvers
  let failure: { readonly error: unknown } | undefined
  try {
    const sc = await SparkContext.create({ appName: 'test', master, conf: { 'spark.local.dir': localDir, ...conf } })
    const events = new EventRecord()
    sc.addSparkListener(events.listener)
    try {
      await within(timeoutMs, 'the test', body({ sc, events, stderr, localDir }))
      if (!sc.isStopped) await expectIdle(sc)
    } finally {
      await within(20_000, 'sc.stop()', sc.stop())
    }
  } catch (error) {
    failure = { error }
  } finally {
    stderr.release()
  }
  if (failure !== undefined) {
    for (const line of stderr.lines.slice(0, 40)) console.error(`  application: ${line.slice(0, 300)}`)
    await leftOvers.expectNothing().catch((error: Error) => console.error(`  and ${error.message}`))
    throw failure.error
  }
  await leftOvers.expectNothing()
}

interface Inside {
  readonly runtime: {
    readonly shell: {
      readonly leftovers: Readonly<Record<string, number>>
      readonly scheduler: { assertEmpty(): void }
    }
  }
}

/** Nothing of jobs that have ended is kept in the driver; what was cancelled takes a moment to end. */
async function expectIdle(sc: SparkContext): Promise<void> {
  const { shell } = (sc as unknown as Inside).runtime
  let left = ''
  try {
    await eventually('a driver that keeps nothing', () => {
      // Outputs of shuffles are kept for jobs to come.
      const { shuffles: _, ...leftovers } = shell.leftovers
      left = JSON.stringify(leftovers)
      return Object.values(leftovers).every((count) => count === 0)
    })
  } catch (error) {
    throw new Error(`the driver keeps ${left}`, { cause: error })
  }
  shell.scheduler.assertEmpty()
}
