import type { ExecutorId } from '../../common/index.js'
import { parseTaskLocation, type TaskLocation } from '../task-location.js'
import type { ExecutorState, ExecutorTable } from './executor-table.js'

/** The locality levels as numbers, for typed arrays; the order of `localityLevels`. */
export const level = { slot: 0, process: 1, node: 2, noPref: 3, rack: 4, any: 5 } as const

type Accept = (index: number) => boolean

interface ExecutorQueues {
  readonly all: number[]
  readonly bySlot: Map<number, number[]>
}

/**
 * The tasks of a set that wait for a place, found by place. A task lies in the queue of each of its locations, alive or
 * not, and is taken out of the others lazily: the queues may name tasks that are no longer pending. A task none of whose
 * locations is alive counts as one without preference, so that it is not waited for in vain.
 *
 * Without any locations nothing is stored per task but one byte.
 */
export class PendingTasks {
  readonly #executors: ExecutorTable
  readonly #locations: readonly (readonly string[])[] | undefined
  readonly #isPending: Uint8Array
  /** By task: the best level it can be had at now. */
  readonly #best: Uint8Array | undefined
  /** By level: how many pending tasks have it as their best. */
  readonly #bestCounts = [0, 0, 0, 0, 0, 0]
  readonly #byExecutor = new Map<ExecutorId, ExecutorQueues>()
  readonly #byHost = new Map<string, number[]>()
  readonly #byRack = new Map<string, number[]>()
  readonly #noPref: number[] = []
  /** Tasks queued again, and below it those never taken from here: from `#next` on. */
  readonly #again: number[] = []
  #next = 0
  #count: number
  readonly #parsed = new Map<string, TaskLocation>()

  constructor(numTasks: number, locations: readonly (readonly string[])[] | undefined, executors: ExecutorTable) {
    this.#executors = executors
    this.#locations = locations
    this.#isPending = new Uint8Array(numTasks).fill(1)
    this.#count = numTasks
    if (locations === undefined) {
      this.#best = undefined
      this.#bestCounts[level.noPref] = numTasks
      return
    }
    this.#best = new Uint8Array(numTasks)
    // From the last to the first: queues are taken from their end.
    for (let index = numTasks - 1; index >= 0; index--) {
      const best = this.#enqueue(index)
      this.#best[index] = best
      this.#bestCounts[best] = (this.#bestCounts[best] as number) + 1
    }
  }

  get count(): number {
    return this.#count
  }

  /** How many pending tasks can be had at this level at best. */
  countAt(bestLevel: number): number {
    return this.#bestCounts[bestLevel] as number
  }

  /** Whether looking for tasks at exactly this level can find any. */
  mayHave(atLevel: number): boolean {
    if (this.#count === 0) return false
    switch (atLevel) {
      case level.slot:
      case level.process:
        return this.#byExecutor.size > 0
      case level.node:
        return this.#byHost.size > 0
      case level.noPref:
        return this.countAt(level.noPref) > 0
      case level.rack:
        return this.#byRack.size > 0
      default:
        return true
    }
  }

  isPending(index: number): boolean {
    return this.#isPending[index] === 1
  }

  /** Queues a task again; it is the first to be taken. */
  add(index: number): void {
    if (this.#isPending[index] === 1) return
    this.#isPending[index] = 1
    this.#count++
    const best = this.#best === undefined ? level.noPref : this.#enqueue(index)
    if (this.#best !== undefined) this.#best[index] = best
    this.#bestCounts[best] = (this.#bestCounts[best] as number) + 1
    this.#again.push(index)
  }

  /** Takes a task out: it was launched, or need not run. */
  remove(index: number): void {
    if (this.#isPending[index] === 0) return
    this.#isPending[index] = 0
    this.#count--
    const best = this.#bestOf(index)
    this.#bestCounts[best] = (this.#bestCounts[best] as number) - 1
  }

  /** Nothing is pending any more. */
  clear(): void {
    this.#isPending.fill(0)
    this.#bestCounts.fill(0)
    this.#count = 0
  }

  /** A task that the executor can run at exactly this level, or -1. The caller has to `remove` it. */
  find(executor: ExecutorState, atLevel: number, accept: Accept | undefined): number {
    if (this.#count === 0) return -1
    switch (atLevel) {
      case level.slot:
        return this.#findBySlot(executor, accept)
      case level.process:
        return this.#findIn(this.#byExecutor.get(executor.id)?.all, accept)
      case level.node:
        return this.#findIn(this.#byHost.get(executor.host), accept)
      case level.noPref:
        return this.#best === undefined ? this.#findAny(accept) : this.#findNoPref(accept)
      case level.rack:
        return executor.rack === undefined ? -1 : this.#findIn(this.#byRack.get(executor.rack), accept)
      default:
        return this.#findAny(accept)
    }
  }

  /** The slot of the executor that holds the task's data, if any. */
  preferredSlot(index: number, executor: ExecutorState): number | undefined {
    for (const text of this.#locations?.[index] ?? []) {
      const location = this.#parse(text)
      if (location.slot === undefined || location.executorId !== executor.id) continue
      if (executor.freeSlots.includes(location.slot)) return location.slot
    }
    return undefined
  }

  /** An executor has come, gone, or started or stopped taking tasks: what prefers its place is looked at again. */
  placeChanged(executor: ExecutorState): void {
    if (this.#best === undefined || this.#count === 0) return
    this.#refresh(this.#byExecutor.get(executor.id)?.all)
    this.#refresh(this.#byHost.get(executor.host))
    if (executor.rack === undefined) return
    this.#refresh(this.#byRack.get(executor.rack))
  }

  #findBySlot(executor: ExecutorState, accept: Accept | undefined): number {
    const queues = this.#byExecutor.get(executor.id)
    if (queues === undefined || queues.bySlot.size === 0) return -1
    for (let i = executor.freeSlots.length - 1; i >= 0; i--) {
      const index = this.#findIn(queues.bySlot.get(executor.freeSlots[i] as number), accept)
      if (index >= 0) return index
    }
    return -1
  }

  #findIn(queue: number[] | undefined, accept: Accept | undefined): number {
    if (queue === undefined) return -1
    for (let i = queue.length - 1; i >= 0; i--) {
      const index = queue[i] as number
      if (this.#isPending[index] === 0) {
        if (i === queue.length - 1) queue.pop()
        continue
      }
      if (accept === undefined || accept(index)) return index
    }
    return -1
  }

  #findNoPref(accept: Accept | undefined): number {
    const queue = this.#noPref
    // Tasks whose place has come to life since they were put here have left this queue, lazily too.
    while (queue.length > 0 && this.#best?.[queue[queue.length - 1] as number] !== level.noPref) queue.pop()
    return this.#findIn(
      queue,
      (index) => this.#best?.[index] === level.noPref && (accept === undefined || accept(index)),
    )
  }

  #findAny(accept: Accept | undefined): number {
    const again = this.#findIn(this.#again, accept)
    if (again >= 0) return again
    while (this.#next < this.#isPending.length && this.#isPending[this.#next] === 0) this.#next++
    for (let index = this.#next; index < this.#isPending.length; index++) {
      if (this.#isPending[index] === 1 && (accept === undefined || accept(index))) return index
    }
    return -1
  }

  #bestOf(index: number): number {
    return this.#best === undefined ? level.noPref : (this.#best[index] as number)
  }

  #refresh(queue: number[] | undefined): void {
    if (queue === undefined || this.#best === undefined) return
    for (const index of queue) {
      if (this.#isPending[index] === 0) continue
      const before = this.#best[index] as number
      const after = this.#evaluate(this.#locations?.[index] ?? [])
      if (after === before) continue
      this.#best[index] = after
      this.#bestCounts[before] = (this.#bestCounts[before] as number) - 1
      this.#bestCounts[after] = (this.#bestCounts[after] as number) + 1
      if (after === level.noPref) this.#noPref.push(index)
    }
  }

  /** The best level at which one of the locations can be had now. */
  #evaluate(locations: readonly string[]): number {
    let best: number = level.any
    for (const text of locations) best = Math.min(best, this.#levelOf(this.#parse(text)))
    return best === level.any ? level.noPref : best
  }

  #levelOf(location: TaskLocation): number {
    const { executorId, host, slot } = location
    if (executorId !== undefined && this.#executors.takesTasks(executorId)) {
      return slot === undefined ? level.process : level.slot
    }
    if (this.#executors.hasHost(host)) return level.node
    return this.#executors.liveRackOf(host) === undefined ? level.any : level.rack
  }

  #enqueue(index: number): number {
    const locations = this.#locations?.[index] ?? []
    for (const text of locations) {
      const location = this.#parse(text)
      push(this.#byHost, location.host, index)
      const rack = this.#executors.rackOf(location.host)
      if (rack !== undefined) push(this.#byRack, rack, index)
      if (location.executorId === undefined) continue
      let queues = this.#byExecutor.get(location.executorId)
      if (queues === undefined) {
        queues = { all: [], bySlot: new Map() }
        this.#byExecutor.set(location.executorId, queues)
      }
      queues.all.push(index)
      if (location.slot !== undefined) push(queues.bySlot, location.slot, index)
    }
    const best = this.#evaluate(locations)
    if (best === level.noPref) this.#noPref.push(index)
    return best
  }

  #parse(text: string): TaskLocation {
    let location = this.#parsed.get(text)
    if (location === undefined) {
      location = parseTaskLocation(text)
      this.#parsed.set(text, location)
    }
    return location
  }
}

function push<K>(queues: Map<K, number[]>, key: K, index: number): void {
  const queue = queues.get(key)
  if (queue === undefined) queues.set(key, [index])
  else queue.push(index)
}
