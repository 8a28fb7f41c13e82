import type { DriverDescription, DriverState, ResourceAddresses } from '../../../cluster/standalone/protocol/index.js'
import { hasDriverEnded } from '../../../cluster/standalone/protocol/index.js'
import type { StoredDriver } from './stored-records.js'

/** A driver, from its submission until nobody asks for it any more. */
export class DriverEntry {
  readonly id: string
  readonly number: number | undefined
  readonly description: DriverDescription
  readonly submittedAt: number
  state: DriverState
  /** Starts so far; the one that runs, if any. */
  attempt: number
  startedAt: number | undefined
  endedAt: number | undefined
  /** Where it runs, or ran last. */
  workerId: string | undefined
  workerHostPort: string | undefined
  workerWebUiUrl: string | undefined
  resources: ResourceAddresses
  message: string | undefined
  exitCode: number | undefined
  isKilled: boolean
  /** No longer shown, kept only so that a repeated submission finds it. */
  isCleared = false
  /** Not to be started again before then. */
  notBefore = 0
  /** Pause before the next start, doubled by each start that ends quickly. */
  backOffMs = 0

  constructor(record: Omit<StoredDriver, 'kind'>) {
    this.id = record.id
    this.number = record.number
    this.description = record.description
    this.submittedAt = record.submittedAt
    this.state = record.state
    this.attempt = record.attempt
    this.startedAt = record.startedAt
    this.endedAt = record.endedAt
    this.workerId = record.workerId
    this.resources = record.resources
    this.message = record.message
    this.exitCode = record.exitCode
    this.isKilled = record.isKilled ?? false
  }

  get hasEnded(): boolean {
    return hasDriverEnded(this.state)
  }

  get isWaiting(): boolean {
    return this.state === 'SUBMITTED' || this.state === 'RELAUNCHING'
  }

  toRecord(): StoredDriver {
    const { id, number, description, submittedAt, state, attempt, startedAt, endedAt, workerId, resources } = this
    const { message, exitCode, isKilled } = this
    return {
      kind: 'driver',
      id,
      number,
      description,
      submittedAt,
      startedAt,
      endedAt,
      state,
      attempt,
      workerId,
      resources,
      message,
      exitCode,
      isKilled,
    }
  }
}
