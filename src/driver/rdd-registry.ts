import { type RddId, rddId, type ShuffleId, shuffleId } from '../common/index.js'
import type { AnyRdd, ShuffleDependencySpec } from '../rdd/index.js'
import type { ContextCleaner } from './context-cleaner.js'

/** The numbers of RDDs and shuffles, and which of them are persisted or registered. It refers to none, so that the cleaner sees them go. */
export class RddRegistry {
  readonly #cleaner: ContextCleaner
  readonly #persisted = new Map<RddId, WeakRef<AnyRdd>>()
  /** RDDs that the cleaner knows of, persisted now or once. */
  readonly #watched = new WeakSet<AnyRdd>()
  readonly #shuffles = new Map<ShuffleId, WeakRef<ShuffleDependencySpec>>()
  #nextRdd = 0
  #nextShuffle = 0

  constructor(cleaner: ContextCleaner) {
    this.#cleaner = cleaner
  }

  newRddId(): RddId {
    return rddId(this.#nextRdd++)
  }

  newShuffleId(): ShuffleId {
    return shuffleId(this.#nextShuffle++)
  }

  addPersisted(rdd: AnyRdd): void {
    if (!this.#watched.has(rdd)) this.#cleaner.watch(rdd, { kind: 'rdd', id: rdd.id })
    this.#watched.add(rdd)
    this.#persisted.set(rdd.id, new WeakRef(rdd))
  }

  removePersisted(id: RddId): void {
    this.#persisted.delete(id)
  }

  /** Persisted RDDs by number. */
  get persisted(): Map<number, AnyRdd> {
    const rdds = new Map<number, AnyRdd>()
    for (const [id, reference] of this.#persisted) {
      const rdd = reference.deref()
      if (rdd !== undefined) rdds.set(id, rdd)
    }
    return rdds
  }

  addShuffle(shuffle: ShuffleDependencySpec): void {
    this.#shuffles.set(shuffle.shuffleId, new WeakRef(shuffle))
    this.#cleaner.watch(shuffle, { kind: 'shuffle', id: shuffle.shuffleId })
  }

  shuffle(id: ShuffleId): ShuffleDependencySpec | undefined {
    return this.#shuffles.get(id)?.deref()
  }

  removeShuffle(id: ShuffleId): void {
    this.#shuffles.delete(id)
  }
}
