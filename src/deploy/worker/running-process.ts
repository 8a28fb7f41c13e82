import type { ChildProcess } from 'node:child_process'
import type { Clock } from '../../common/index.js'
import { LastLines } from './last-lines.js'
import { LogFile } from './log-file.js'
import { removeRecord, writeRecord } from './process-record.js'
import type { RollingPolicy } from './rolling-policy.js'

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Set when it never ran. */
  readonly problem?: string
  /** Of its error output. */
  readonly lastLines: LastLines
}

export interface RunningProcessOptions {
  /** Its work folder, where its output and its record go. */
  readonly folder: string
  readonly policy: RollingPolicy
  readonly clock: Clock
  readonly onProblem: (problem: string) => void
}

/** How long the end of a process waits for the rest of what it wrote. */
const lastWordsMs = 500

/**
 * A process of this worker, in a group of its own with whatever it starts: its output goes to files, and when it ends, what it started and
 * left behind ends too.
 */
export class RunningProcess {
  readonly ended: Promise<ProcessEnd>
  readonly #child: ChildProcess
  #hasEnded = false
  #killTimer: NodeJS.Timeout | undefined

  /**
   * @param start starts the process with pipes for its three streams, as the leader of a group
   * @throws what opening the logs or starting throws
   */
  constructor(start: () => ChildProcess, { folder, policy, clock, onProblem }: RunningProcessOptions) {
    const logs = ['stdout', 'stderr'].map((log) => new LogFile(folder, log, { policy, clock, onProblem: onProblem }))
    const [stdout, stderr] = logs as [LogFile, LogFile]
    const lastLines = new LastLines()
    let child: ChildProcess
    try {
      child = start()
    } catch (error) {
      for (const log of logs) void log.close()
      throw error
    }
    this.#child = child
    // A stream that breaks ends; how the process ends is told by itself.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.on('error', () => undefined)
    child.stdout?.on('data', (bytes: Buffer) => stdout.write(bytes))
    child.stderr?.on('data', (bytes: Buffer) => {
      stderr.write(bytes)
      lastLines.write(bytes)
    })
    try {
      if (child.pid !== undefined) writeRecord(folder, child.pid)
    } catch (error) {
      onProblem(`its record could not be written: ${error instanceof Error ? error.message : String(error)}`)
    }
    this.ended = new Promise((resolve) => {
      const end = (ended: Omit<ProcessEnd, 'lastLines'>): void => {
        if (this.#hasEnded) return
        this.#hasEnded = true
        clearTimeout(this.#killTimer)
        removeRecord(folder)
        for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy()
        for (const log of logs) void log.close()
        resolve({ ...ended, lastLines })
      }
      child.once('error', (error) => {
        if (child.pid === undefined) end({ code: null, signal: null, problem: error.message })
      })
      child.once('exit', (code, signal) => {
        this.#signalGroup('SIGKILL')
        child.once('close', () => end({ code, signal }))
        setTimeout(() => end({ code, signal }), lastWordsMs)
      })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Asks it to end, and kills it when it has not after a while. */
  terminate(graceMs: number): void {
    if (this.#hasEnded || this.#killTimer !== undefined) return
    this.#child.kill('SIGTERM')
    this.#killTimer = setTimeout(() => this.kill(), graceMs)
  }

  kill(): void {
    if (!this.#hasEnded) this.#signalGroup('SIGKILL')
  }

  /** The group keeps its number as long as anything is in it; a process without one is signalled alone. */
  #signalGroup(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal)
    } catch {
      // Nothing is left in it.
    }
  }
}

/** What is spawned becomes the leader of a group of its own; on Windows there are none. */
export const ownGroup = process.platform !== 'win32'
