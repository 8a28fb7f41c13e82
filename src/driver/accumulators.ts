import { type Closure, callSite, capture, type HandleRef, travels } from '../closure/index.js'
import { type AccumulatorId, accumulatorId } from '../common/index.js'
import {
  type AccumulatorHandle,
  type AccumulatorV2,
  CollectionAccumulator,
  DoubleAccumulator,
  LongAccumulator,
  mergeAccumulator,
  travelAs,
} from '../executor/index.js'

type Any = AccumulatorV2<never, unknown>

/** The driver's accumulators. Held weakly: what the program has let go of is not merged any more. */
export class Accumulators {
  readonly #registered = new Map<AccumulatorId, WeakRef<Any>>()
  readonly #factories = new Map<string, Closure>()
  #nextId = 0

  register<A extends AccumulatorV2<never, unknown>>(accumulator: A, name: string | undefined): A {
    const id = accumulatorId(this.#nextId++)
    accumulator.register(id, name)
    const type = builtinType(accumulator)
    const factory = type === 'custom' ? this.#factory(accumulator) : undefined
    travelAs(accumulator, { id, name, type, factory: factory?.hash })
    this.#registered.set(id, new WeakRef<Any>(accumulator))
    return accumulator
  }

  /** Nothing refers to the accumulator any more. */
  forget(id: number): void {
    this.#registered.delete(accumulatorId(id))
  }

  /**
   * Merges what an accepted task added. A task that only makes a lost map output anew has been counted before: every
   * partition of a stage counts once.
   */
  merge(updates: readonly { readonly id: number; readonly value: Uint8Array }[], isFirst: boolean): void {
    if (!isFirst) return
    for (const { id, value } of updates) {
      const accumulator = this.#registered.get(accumulatorId(id))?.deref()
      if (accumulator !== undefined) mergeAccumulator(accumulator, value)
    }
  }

  /** Closures that give fresh instances of the custom accumulators among some handles. */
  factoriesOf(handles: readonly HandleRef[]): Closure[] {
    return handles.flatMap((handle) => {
      const factory = handle.kind === 'accumulator' ? (handle.data as AccumulatorHandle).factory : undefined
      const closure = factory === undefined ? undefined : this.#factories.get(factory)
      return closure === undefined ? [] : [closure]
    })
  }

  #factory(accumulator: Any): Closure {
    const blank = accumulator.copy()
    blank.reset()
    Object.defineProperty(blank, travels, { value: undefined })
    const closure = capture(() => blank, { site: callSite('register'), role: 'the accumulator' })
    this.#factories.set(closure.hash, closure)
    return closure
  }
}

function builtinType(accumulator: Any): AccumulatorHandle['type'] {
  switch (accumulator.constructor) {
    case LongAccumulator:
      return 'long'
    case DoubleAccumulator:
      return 'double'
    case CollectionAccumulator:
      return 'collection'
    default:
      return 'custom'
  }
}
