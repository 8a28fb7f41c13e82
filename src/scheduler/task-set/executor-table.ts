import type { ExecutorId, TaskId } from '../../common/index.js'
import type { ExecutorAdded } from './task-scheduler-messages.js'

/** An executor as the task scheduler sees it. */
export interface ExecutorState {
  readonly id: ExecutorId
  /** Its number in order of arrival, small enough for typed arrays. */
  readonly ordinal: number
  readonly host: string
  readonly rack: string | undefined
  readonly slots: number
  /** Free slots; the last one is taken first. */
  readonly freeSlots: number[]
  /** Tasks sent to each slot: the one that runs, and those queued ahead. */
  readonly load: Uint16Array
  readonly running: Set<TaskId>
  isDraining: boolean
}

/** The executors alive, their places and their free slots. */
export class ExecutorTable {
  readonly #taskCpus: number
  readonly #byId = new Map<ExecutorId, ExecutorState>()
  /** Executors that take tasks, by host and rack. */
  readonly #onHost = new Map<string, number>()
  readonly #onRack = new Map<string, number>()
  /** Learnt from executors, and kept when they go. */
  readonly #rackOfHost = new Map<string, string>()
  #list: ExecutorState[] = []
  #nextOrdinal = 0
  #sharedHosts = 0
  #ready = 0
  #slots = 0

  constructor(taskCpus: number) {
    this.#taskCpus = taskCpus
  }

  get size(): number {
    return this.#byId.size
  }

  get totalSlots(): number {
    return this.#slots
  }

  /** In order of arrival. */
  get list(): readonly ExecutorState[] {
    return this.#list
  }

  /** How many executors could start a task now. */
  get ready(): number {
    return this.#ready
  }

  /** Whether some host has several executors that take tasks. */
  get hasSharedHost(): boolean {
    return this.#sharedHosts > 0
  }

  /** Whether any executor that takes tasks told its rack. */
  get hasRacks(): boolean {
    return this.#onRack.size > 0
  }

  get(id: ExecutorId): ExecutorState | undefined {
    return this.#byId.get(id)
  }

  isReady(executor: ExecutorState): boolean {
    return !executor.isDraining && executor.freeSlots.length >= this.#taskCpus
  }

  /** Whether the executor lives and takes tasks. */
  takesTasks(id: ExecutorId): boolean {
    const executor = this.#byId.get(id)
    return executor !== undefined && !executor.isDraining
  }

  hasHost(host: string): boolean {
    return this.#onHost.has(host)
  }

  /** The rack of a host, if an executor there ever told it and the rack has executors that take tasks. */
  liveRackOf(host: string): string | undefined {
    const rack = this.#rackOfHost.get(host)
    return rack !== undefined && this.#onRack.has(rack) ? rack : undefined
  }

  /** The rack of a host, alive or not. */
  rackOf(host: string): string | undefined {
    return this.#rackOfHost.get(host)
  }

  add(event: ExecutorAdded): ExecutorState {
    const executor: ExecutorState = {
      id: event.executorId,
      ordinal: this.#nextOrdinal++,
      host: event.host,
      rack: event.rack,
      slots: event.slots,
      freeSlots: Array.from({ length: event.slots }, (_, i) => event.slots - 1 - i),
      load: new Uint16Array(event.slots),
      running: new Set(),
      isDraining: false,
    }
    this.#byId.set(executor.id, executor)
    this.#list.push(executor)
    this.#slots += executor.slots
    if (event.rack !== undefined) this.#rackOfHost.set(event.host, event.rack)
    this.#countPlace(executor, 1)
    if (this.isReady(executor)) this.#ready++
    return executor
  }

  remove(executor: ExecutorState): void {
    if (this.isReady(executor)) this.#ready--
    if (!executor.isDraining) this.#countPlace(executor, -1)
    this.#byId.delete(executor.id)
    this.#list = this.#list.filter((other) => other !== executor)
    this.#slots -= executor.slots
  }

  setDraining(executor: ExecutorState, isDraining: boolean): void {
    if (executor.isDraining === isDraining) return
    if (this.isReady(executor)) this.#ready--
    executor.isDraining = isDraining
    this.#countPlace(executor, isDraining ? -1 : 1)
    if (this.isReady(executor)) this.#ready++
  }

  /** Takes the slots of one task, the preferred one if it is free. The first of them runs the task. */
  takeSlots(executor: ExecutorState, preferred: number | undefined): readonly [slot: number, ...rest: number[]] {
    const free = executor.freeSlots
    const at = preferred === undefined ? -1 : free.lastIndexOf(preferred)
    const slot = at < 0 ? (free.pop() as number) : (free.splice(at, 1)[0] as number)
    const rest = this.#taskCpus > 1 ? free.splice(free.length - this.#taskCpus + 1) : []
    if (free.length < this.#taskCpus) this.#ready--
    executor.load[slot] = 1
    for (const other of rest) executor.load[other] = 1
    return [slot, ...rest]
  }

  /** The busy slot with the least to do, where fewer than `depth` tasks are queued ahead; undefined when there is none. */
  slotAhead(executor: ExecutorState, depth: number): number | undefined {
    if (executor.isDraining || this.#taskCpus !== 1) return undefined
    let best: number | undefined
    for (let slot = 0; slot < executor.slots; slot++) {
      const load = executor.load[slot] as number
      if (load <= depth && (best === undefined || load < (executor.load[best] as number))) best = slot
    }
    return best
  }

  /** Queues one task more on a busy slot. */
  takeAhead(executor: ExecutorState, slot: number): readonly [slot: number] {
    executor.load[slot] = (executor.load[slot] as number) + 1
    return [slot]
  }

  /** A slot becomes free with the last task that was sent to it. */
  releaseSlots(executor: ExecutorState, slots: readonly number[]): void {
    const wasReady = this.isReady(executor)
    for (const slot of slots) {
      const load = (executor.load[slot] as number) - 1
      executor.load[slot] = load
      if (load === 0) executor.freeSlots.push(slot)
    }
    if (!wasReady && this.isReady(executor)) this.#ready++
  }

  #countPlace(executor: ExecutorState, change: 1 | -1): void {
    const before = this.#onHost.get(executor.host) ?? 0
    const after = before + change
    if (change === 1 && after === 2) this.#sharedHosts++
    if (change === -1 && after === 1) this.#sharedHosts--
    setCount(this.#onHost, executor.host, after)
    if (executor.rack !== undefined) {
      setCount(this.#onRack, executor.rack, (this.#onRack.get(executor.rack) ?? 0) + change)
    }
  }
}

function setCount(counts: Map<string, number>, key: string, count: number): void {
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}
