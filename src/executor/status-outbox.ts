import { toWireError } from '../common/errors/index.js'
import type { RpcPeer } from '../rpc/index.js'
import { driverEndpoint, type TaskStatusesMessage, type TaskStatusMessage } from './executor-messages.js'

/** Ends of tasks on their way to the driver: those that come together leave together, in one message. */
export class StatusOutbox {
  readonly #driver: RpcPeer
  #statuses: TaskStatusMessage[] = []
  #bytes: Uint8Array[] = []

  constructor(driver: RpcPeer) {
    this.#driver = driver
  }

  /** Leaves with the next `flush`, at the latest when what runs now has ended. */
  add(status: TaskStatusMessage, bytes: readonly Uint8Array[]): void {
    if (this.#statuses.length === 0) queueMicrotask(() => this.flush())
    this.#statuses.push(status)
    this.#bytes.push(...bytes)
  }

  flush(): void {
    const [statuses, bytes] = [this.#statuses, this.#bytes]
    this.#statuses = []
    this.#bytes = []
    if (statuses.length === 0 || this.#send(statuses, bytes) === undefined) return
    // Together, or one of them, too large: each for itself, and that one fails by name.
    let at = 0
    for (const status of statuses) {
      const error = this.#send([status], bytes.slice(at, at + status.attachments))
      at += status.attachments
      if (error === undefined) continue
      const outcome = { kind: 'failed', error: toWireError(error) } as const
      this.#send([{ ...status, outcome, updates: [], attachments: 0 }], [])
    }
  }

  /** Returns the error when the message cannot be sent. */
  #send(statuses: readonly TaskStatusMessage[], attachments: readonly Uint8Array[]): unknown {
    const body: TaskStatusesMessage = { statuses }
    try {
      this.#driver.send(driverEndpoint, 'taskStatuses', { body, attachments })
      return undefined
    } catch (error) {
      return error
    }
  }
}
