import type { DriverReport, ExecutorReport } from '../../../cluster/standalone/protocol/index.js'

/** A process that a worker runs or ran. What it reports is kept until a master has taken its end. */
export interface ModelExecutor {
  readonly kind: 'executor'
  readonly key: string
  report: ExecutorReport
  isRunning: boolean
}

export interface ModelDriver {
  readonly kind: 'driver'
  readonly key: string
  report: DriverReport
  isRunning: boolean
}

export type ModelProcess = ModelExecutor | ModelDriver
