import { travels } from '../closure/index.js'
import type { AccumulatorId } from '../common/index.js'
import { decodeValue, encodeValue } from '../serializer/index.js'

/** Kept apart from the instances, so that those of users' classes travel as they are. */
const registrations = new WeakMap<object, { readonly id: AccumulatorId; readonly name: string | undefined }>()

/**
 * Something that tasks only add to and only the driver reads. Extend it for accumulators of your own: a copy of the instance, reset,
 * travels to each task; what a successful task added is merged into the driver's instance exactly once.
 */
export abstract class AccumulatorV2<In, Out> {
  abstract get isZero(): boolean
  abstract copy(): AccumulatorV2<In, Out>
  abstract reset(): void
  abstract add(value: In): void
  abstract merge(other: AccumulatorV2<In, Out>): void
  abstract get value(): Out

  get id(): AccumulatorId | undefined {
    return registrations.get(this)?.id
  }

  get name(): string | undefined {
    return registrations.get(this)?.name
  }

  get isRegistered(): boolean {
    return registrations.has(this)
  }

  /** @internal */
  register(id: AccumulatorId, name: string | undefined): void {
    registrations.set(this, { id, name })
  }
}

/** Sums and averages integers. Safe up to 2^53. */
export class LongAccumulator extends AccumulatorV2<number | bigint, number> {
  #sum = 0
  #count = 0

  get isZero(): boolean {
    return this.#sum === 0 && this.#count === 0
  }

  copy(): LongAccumulator {
    const copy = new LongAccumulator()
    copy.#sum = this.#sum
    copy.#count = this.#count
    return copy
  }

  reset(): void {
    this.#sum = 0
    this.#count = 0
  }

  add(value: number | bigint): void {
    this.#sum += Number(value)
    this.#count++
  }

  merge(other: LongAccumulator): void {
    this.#sum += other.#sum
    this.#count += other.#count
  }

  get value(): number {
    return this.#sum
  }

  get sum(): number {
    return this.#sum
  }

  get count(): number {
    return this.#count
  }

  get avg(): number {
    return this.#sum / this.#count
  }

  /** @internal */
  getState(): unknown {
    return [this.#sum, this.#count]
  }

  /** @internal */
  setState(state: [number, number]): void {
    this.#sum = state[0]
    this.#count = state[1]
  }
}

/** As `LongAccumulator`, for any numbers. */
export class DoubleAccumulator extends LongAccumulator {
  override copy(): DoubleAccumulator {
    const copy = new DoubleAccumulator()
    copy.merge(this)
    return copy
  }
}

/** Gathers values into a list. */
export class CollectionAccumulator<T> extends AccumulatorV2<T, readonly T[]> {
  #items: T[] = []

  get isZero(): boolean {
    return this.#items.length === 0
  }

  copy(): CollectionAccumulator<T> {
    const copy = new CollectionAccumulator<T>()
    copy.#items = [...this.#items]
    return copy
  }

  reset(): void {
    this.#items = []
  }

  add(value: T): void {
    this.#items.push(value)
  }

  merge(other: CollectionAccumulator<T>): void {
    for (const item of other.#items) this.#items.push(item)
  }

  get value(): readonly T[] {
    return this.#items
  }

  /** @internal */
  getState(): unknown {
    return this.#items
  }

  /** @internal */
  setState(items: T[]): void {
    this.#items = items
  }
}

/** How an accumulator travels inside a closure. */
export interface AccumulatorHandle {
  readonly id: number
  readonly name?: string
  readonly type: 'long' | 'double' | 'collection' | 'custom'
  /** For custom ones: hash of the closure that gives a fresh instance. */
  readonly factory?: string
}

interface Stateful {
  getState?(): unknown
  setState?(state: never): void
}

/** What an instance has gathered, encoded: its own fields for custom classes. */
export function encodeAccumulator(accumulator: AccumulatorV2<never, unknown>): Uint8Array {
  const stateful = accumulator as Stateful
  return encodeValue(stateful.getState !== undefined ? stateful.getState() : { ...accumulator })
}

/** Merges what a task added, as encoded there, into the driver's instance. */
export function mergeAccumulator(into: AccumulatorV2<never, unknown>, update: Uint8Array): void {
  const partial = into.copy()
  partial.reset()
  const state = decodeValue(update)
  const stateful = partial as Stateful
  if (stateful.setState !== undefined) stateful.setState(state as never)
  else Object.assign(partial, state)
  into.merge(partial as never)
}

/** A fresh instance of a built-in kind. */
export function builtinAccumulator(type: AccumulatorHandle['type']): AccumulatorV2<never, unknown> | undefined {
  if (type === 'long') return new LongAccumulator() as AccumulatorV2<never, unknown>
  if (type === 'double') return new DoubleAccumulator() as AccumulatorV2<never, unknown>
  if (type === 'collection') return new CollectionAccumulator() as AccumulatorV2<never, unknown>
  return undefined
}

/** Makes an accumulator travel as a handle instead of by value. */
export function travelAs(accumulator: AccumulatorV2<never, unknown>, handle: AccumulatorHandle): void {
  Object.defineProperty(accumulator, travels, {
    value: () => ({ kind: 'accumulator', data: handle }),
    configurable: true,
  })
}

/**
 * The instances of one slot thread. A handle is rebuilt once, into a proxy object that every closure of the thread shares; its
 * state is set back at the start of each task.
 */
export class SlotAccumulators {
  readonly #byId = new Map<number, AccumulatorV2<never, unknown>>()

  /** The instance for a handle; `make` gives one of a custom class. */
  resolve(
    handle: AccumulatorHandle,
    make: (factory: string) => AccumulatorV2<never, unknown>,
  ): AccumulatorV2<never, unknown> {
    let accumulator = this.#byId.get(handle.id)
    if (accumulator === undefined) {
      accumulator = builtinAccumulator(handle.type) ?? make(handle.factory as string)
      accumulator.register(handle.id as AccumulatorId, handle.name)
      this.#byId.set(handle.id, accumulator)
    }
    return accumulator
  }

  /** Before a task. */
  reset(): void {
    for (const accumulator of this.#byId.values()) if (!accumulator.isZero) accumulator.reset()
  }

  /** After a task: what it added. */
  updates(): { id: number; value: Uint8Array }[] {
    const updates: { id: number; value: Uint8Array }[] = []
    for (const [id, accumulator] of this.#byId) {
      if (!accumulator.isZero) updates.push({ id, value: encodeAccumulator(accumulator) })
    }
    return updates
  }
}
