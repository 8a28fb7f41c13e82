import type {
  RegisterWorker,
  ResourceAddresses,
  ResourceAmounts,
  WorkerState,
} from '../../../cluster/standalone/protocol/index.js'
import { attemptKey, executorKey, type HeldDriver, type HeldExecutor, type Holding } from './holding.js'
import type { PeerId } from './master-event.js'
import type { StoredWorker } from './stored-records.js'

/** What one executor or driver needs of a worker. */
export interface Need {
  readonly cores: number
  readonly memoryMiB: number
  readonly resources: ResourceAmounts
}

/**
 * A worker and what is handed out on it. Whatever the worker has been told to run counts until the worker itself says that it has ended, or
 * is lost: so no more can be handed out than there is, whoever wants it ended.
 */
export class WorkerEntry {
  readonly id: string
  /** By which it is told from somebody who uses its name; undefined for one that gave none. */
  readonly token: string | undefined
  host: string
  port: number
  cores: number
  memoryMiB: number
  resources: ResourceAddresses
  webUiUrl: string
  /** UNKNOWN: an earlier leader knew it, or its connection broke, and it has not come back yet. */
  state: WorkerState = 'UNKNOWN'
  peer: PeerId | undefined
  lastHeartbeat = 0
  /** Who else claims its address, as it was last told. */
  rival: string | undefined
  coresUsed = 0
  memoryUsedMiB = 0
  /**
   * Keys of what its last registration did not name. That counts once the worker is heard of on the same connection: until then it may have
   * gone to another leader before this one read the registration, and have been given things since.
   */
  doubtful = new Set<string>()
  /** By `executorKey`. */
  readonly executors = new Map<string, HeldExecutor>()
  /** By `attemptKey`. */
  readonly drivers = new Map<string, HeldDriver>()
  readonly #usedAddresses = new Map<string, Set<string>>()

  constructor(record: Omit<StoredWorker, 'kind'> & { readonly resources?: ResourceAddresses }) {
    this.id = record.id
    this.token = record.token
    this.host = record.host
    this.port = record.port
    this.cores = record.cores
    this.memoryMiB = record.memoryMiB
    this.webUiUrl = record.webUiUrl
    this.resources = record.resources ?? {}
  }

  /** What it says of itself when it registers. */
  describe(worker: RegisterWorker): void {
    this.host = worker.host
    this.port = worker.port
    this.cores = worker.cores
    this.memoryMiB = worker.memoryMiB
    this.resources = worker.resources
    this.webUiUrl = worker.webUiUrl
  }

  get coresFree(): number {
    return this.cores - this.coresUsed
  }

  get memoryFreeMiB(): number {
    return this.memoryMiB - this.memoryUsedMiB
  }

  /** Whether anything may be launched on it. */
  get isOpen(): boolean {
    return this.state === 'ALIVE' && this.peer !== undefined
  }

  get hostPort(): string {
    return `${this.host}:${this.port}`
  }

  freeAddresses(name: string): number {
    return (this.resources[name]?.length ?? 0) - (this.#usedAddresses.get(name)?.size ?? 0)
  }

  /** How many addresses of each resource are in use. */
  get resourcesUsed(): ResourceAddresses {
    const used = [...this.#usedAddresses].filter(([, addresses]) => addresses.size > 0)
    return Object.fromEntries(used.map(([name, addresses]) => [name, [...addresses].sort()]))
  }

  /** Whether `count` of these find room. */
  hasRoom(need: Need, count = 1): boolean {
    if (this.coresFree < need.cores * count || this.memoryFreeMiB < need.memoryMiB * count) return false
    return this.hasAddresses(need.resources, count)
  }

  hasAddresses(amounts: ResourceAmounts, count: number): boolean {
    for (const name in amounts) if (this.freeAddresses(name) < (amounts[name] as number) * count) return false
    return true
  }

  /** Free addresses for one executor or driver; there must be enough. */
  chooseAddresses(amounts: ResourceAmounts): ResourceAddresses {
    const chosen: Record<string, readonly string[]> = {}
    for (const [name, amount] of Object.entries(amounts)) {
      if (amount <= 0) continue
      const used = this.#usedAddresses.get(name)
      const free = (this.resources[name] ?? []).filter((address) => used?.has(address) !== true)
      chosen[name] = free.slice(0, amount)
    }
    return chosen
  }

  holdExecutor(executor: HeldExecutor): void {
    this.executors.set(executorKey(executor), executor)
    this.#take(executor)
  }

  releaseExecutor(executor: HeldExecutor): void {
    if (this.executors.delete(executorKey(executor))) this.#giveBack(executor)
  }

  holdDriver(driver: HeldDriver): void {
    this.drivers.set(attemptKey(driver.driverId, driver.attempt), driver)
    this.#take(driver)
  }

  releaseDriver(driver: HeldDriver): void {
    if (this.drivers.delete(attemptKey(driver.driverId, driver.attempt))) this.#giveBack(driver)
  }

  toRecord(): StoredWorker {
    const { id, token, host, port, cores, memoryMiB, webUiUrl } = this
    const isDecommissioned = this.state === 'DECOMMISSIONED'
    return { kind: 'worker', id, token, host, port, cores, memoryMiB, webUiUrl, isDecommissioned }
  }

  #take({ cores, memoryMiB, resources }: Holding): void {
    this.coresUsed += cores
    this.memoryUsedMiB += memoryMiB
    for (const [name, addresses] of Object.entries(resources)) {
      const used = this.#usedAddresses.get(name) ?? new Set()
      this.#usedAddresses.set(name, used)
      for (const address of addresses) used.add(address)
    }
  }

  #giveBack({ cores, memoryMiB, resources }: Holding): void {
    this.coresUsed -= cores
    this.memoryUsedMiB -= memoryMiB
    for (const [name, addresses] of Object.entries(resources)) {
      for (const address of addresses) this.#usedAddresses.get(name)?.delete(address)
    }
  }
}
