import type { ExecutorId } from '../common/index.js'
import type { ExecutorLossCause } from '../scheduler/index.js'

/** Executors between their start and their registration: what a waiting job is told of them. */
export class ExecutorStarts {
  readonly #starting = new Set<ExecutorId>()
  #failed = 0
  #lastCause: string | undefined
  /** Why the manager has not given what was asked for. */
  waiting: string | undefined

  starting(id: ExecutorId): void {
    this.#starting.add(id)
  }

  registered(id: ExecutorId): void {
    this.#starting.delete(id)
  }

  /** Returns whether the cause is another than the last one: worth a line in the log. */
  ended(id: ExecutorId, cause: ExecutorLossCause): boolean {
    const isNew = this.#lastCause !== cause.message
    this.#starting.delete(id)
    this.#failed++
    this.#lastCause = cause.message
    return isNew
  }

  /** The manager's reason first, then `2 have been started and are awaited; 4 ended before they registered, the last because …`; undefined when there is nothing to say. */
  get note(): string | undefined {
    const parts: string[] = this.waiting === undefined ? [] : [this.waiting]
    const { size } = this.#starting
    if (size > 0)
      parts.push(size === 1 ? '1 has been started and is awaited' : `${size} have been started and are awaited`)
    if (this.#failed > 0) {
      const counted =
        this.#failed === 1 ? '1 ended before it registered' : `${this.#failed} ended before they registered`
      parts.push(`${counted}, the last because ${this.#lastCause}`)
    }
    return parts.length === 0 ? undefined : parts.join('; ')
  }
}
