import type { RegisterWorker } from '../../../cluster/standalone/protocol/index.js'
import { FreeIndex } from './free-index.js'
import type { MasterOptions } from './master-options.js'
import type { WorkerEntry } from './worker-entry.js'

/** All workers: those that are there, those that are awaited, and the dead that are still shown. */
export class WorkerTable {
  readonly #byId = new Map<string, WorkerEntry>()
  readonly #byAddress = new Map<string, WorkerEntry>()
  readonly #dead = new Map<string, WorkerEntry>()
  /** Those that have had room since scheduling last looked. */
  readonly roomier = new Set<WorkerEntry>()
  readonly free: FreeIndex

  constructor(options: MasterOptions) {
    this.free = new FreeIndex(options.workerSelectionPolicy)
  }

  get(id: string): WorkerEntry | undefined {
    return this.#byId.get(id)
  }

  at(hostPort: string): WorkerEntry | undefined {
    return this.#byAddress.get(hostPort)
  }

  all(): IterableIterator<WorkerEntry> {
    return this.#byId.values()
  }

  get dead(): IterableIterator<WorkerEntry> {
    return this.#dead.values()
  }

  get size(): number {
    return this.#byId.size
  }

  add(worker: WorkerEntry): void {
    this.#dead.delete(worker.id)
    this.#byId.set(worker.id, worker)
    this.#byAddress.set(worker.hostPort, worker)
  }

  /** It describes itself anew, perhaps at another address. */
  moved(worker: WorkerEntry, description: RegisterWorker): void {
    if (this.#byAddress.get(worker.hostPort) === worker) this.#byAddress.delete(worker.hostPort)
    worker.describe(description)
    this.#byAddress.set(worker.hostPort, worker)
  }

  /** Takes a worker out; it is shown among the dead. */
  bury(worker: WorkerEntry): void {
    this.#byId.delete(worker.id)
    if (this.#byAddress.get(worker.hostPort) === worker) this.#byAddress.delete(worker.hostPort)
    this.roomier.delete(worker)
    this.free.remove(worker)
    worker.state = 'DEAD'
    this.#dead.set(worker.id, worker)
  }

  forgetDead(id: string): boolean {
    return this.#dead.delete(id)
  }

  /** Called whenever what is free on a worker, or whether it may be used, has changed. */
  touched(worker: WorkerEntry, change: 'less' | 'more'): void {
    this.free.update(worker)
    if (change === 'more' && this.free.has(worker)) this.roomier.add(worker)
  }
}
