import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.js'
import { executorPids } from './processes.js'

/** What a test may leave behind: processes, threads, handles, temporary folders. */
interface Holdings {
  readonly executors: number
  readonly threads: number
  readonly handles: Readonly<Record<string, number>>
  readonly folders: readonly string[]
}

/** Handles of a test runner come and go by themselves; these are ours. */
const ownHandles = ['TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap', 'MessagePort', 'Timeout', 'FSReqPromise']

/**
 * Looks at what this process holds when a test begins; `expectNothing` at its end waits until it holds no more than that.
 * The temporary folder is the test's own, to be given as `spark.local.dir`.
 */
export class LeftOvers {
  readonly localDir: string
  readonly #before: Holdings

  private constructor(localDir: string) {
    this.localDir = localDir
    this.#before = holdings(localDir)
  }

  static async watch(): Promise<LeftOvers> {
    // The runtime's own pool of threads is started by its first use, and stays.
    await Promise.all(Array.from({ length: 16 }, () => stat(tmpdir())))
    return new LeftOvers(mkdtempSync(join(tmpdir(), 'firesteel-test-')))
  }

  /** @throws when something is still there after some seconds. */
  async expectNothing(): Promise<void> {
    let left = 'nothing'
    try {
      await eventually('an end without left-overs', () => {
        left = difference(this.#before, holdings(this.localDir))
        return left === ''
      })
    } catch (error) {
      throw new Error(`left behind: ${left}`, { cause: error })
    } finally {
      rmSync(this.localDir, { recursive: true, force: true })
    }
  }
}

function holdings(localDir: string): Holdings {
  const handles: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1
  return { executors: executorPids().length, threads: threadCount(), handles, folders: readdirSync(localDir) }
}

/** Threads of this process where the system tells; 0 elsewhere. */
function threadCount(): number {
  try {
    return readdirSync('/proc/self/task').length
  } catch {
    return 0
  }
}

function difference(before: Holdings, after: Holdings): string {
  const more: string[] = []
  if (after.executors > before.executors) more.push(`${after.executors - before.executors} executor processes`)
  if (after.threads > before.threads) more.push(`${after.threads - before.threads} threads`)
  for (const kind of ownHandles) {
    const extra = (after.handles[kind] ?? 0) - (before.handles[kind] ?? 0)
    // The look itself waits on a timer.
    if (extra > (kind === 'Timeout' ? 1 : 0)) more.push(`${extra} of ${kind}`)
  }
  if (after.folders.length > 0) more.push(`folders ${after.folders.join(', ')}`)
  return more.join('; ')
}
