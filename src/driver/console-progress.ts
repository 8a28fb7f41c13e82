import { SHOW_CONSOLE_PROGRESS, type SparkConf } from '../common/conf/index.js'
import type { Terminal } from '../common/log/index.js'
import type { PendingReason } from '../scheduler/index.js'
import type { AppStatus, StageInfo } from '../status/index.js'

const firstShownAfterMs = 500
const reasonShownAfterMs = 2000

/** The progress bar of the running stages, on a terminal: `[Stage 3:=======>          (120 + 8) / 400]`, and why nothing moves. */
export class ConsoleProgress {
  readonly #terminal: Terminal
  readonly #status: AppStatus
  readonly #pending: () => readonly PendingReason[]
  #timer: NodeJS.Timeout | undefined
  #isShown = false

  constructor(terminal: Terminal, status: AppStatus, pending: () => readonly PendingReason[]) {
    this.#terminal = terminal
    this.#status = status
    this.#pending = pending
  }

  /** A program that fails in the middle of a job leaves no line behind. */
  readonly #clearAtExit = (): void => this.#clear()

  start(intervalMs: number): void {
    this.#terminal.watch()
    process.on('exit', this.#clearAtExit)
    this.#timer = setInterval(() => this.#show(), intervalMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#clear()
    if (this.#timer === undefined) return
    this.#terminal.unwatch()
    process.off('exit', this.#clearAtExit)
  }

  #show(): void {
    const now = Date.now()
    const stages = [...this.#status.stages].filter(
      (stage) => stage.status === 'active' && now - stage.submissionTime > firstShownAfterMs,
    )
    if (stages.length === 0) {
      this.#clear()
      return
    }
    this.#isShown = true
    this.#terminal.showStatus(progressLine(stages.slice(0, 3), this.#terminal.columns, this.#waiting(stages, now)))
  }

  /** Why nothing runs, once that has lasted. */
  #waiting(stages: readonly StageInfo[], now: number): string | undefined {
    const isIdle = stages.every(
      (stage) => stage.numActiveTasks === 0 && now - stage.submissionTime > reasonShownAfterMs,
    )
    return isIdle ? this.#pending()[0]?.text : undefined
  }

  #clear(): void {
    if (!this.#isShown) return
    this.#isShown = false
    this.#terminal.clearStatus()
  }
}

/** Whether progress is shown: on a terminal, unless the settings forbid it. */
export function showsProgress(terminal: Terminal, conf: SparkConf): boolean {
  return terminal.isInteractive && (conf.get(SHOW_CONSOLE_PROGRESS) ?? true)
}

/** One line for some stages, as wide as the screen. */
export function progressLine(stages: readonly StageInfo[], columns: number, waiting?: string): string {
  if (waiting !== undefined) return `[Stage ${stages[0]?.stageId}: waiting: ${waiting}]`.slice(0, columns - 1)
  const width = Math.floor((columns - 1) / stages.length)
  return stages.map((stage) => bar(stage, width)).join('')
}

function bar(stage: StageInfo, width: number): string {
  const { stageId, numTasks, numCompletedTasks, numActiveTasks } = stage
  const header = `[Stage ${stageId}:`
  const tail = `(${numCompletedTasks} + ${numActiveTasks}) / ${numTasks}]`
  const room = width - header.length - tail.length
  if (room <= 0) return header + tail
  const done = Math.floor((room * numCompletedTasks) / Math.max(1, numTasks))
  const line = '='.repeat(Math.max(0, done - 1)) + (done > 0 ? '>' : '')
  return header + line.padEnd(room, ' ') + tail
}
