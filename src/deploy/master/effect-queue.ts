import type { RecoveryStore } from '../recovery/recovery-mode.js'
import type { MasterEffect } from './core/master-effect.js'

type Visible = Exclude<MasterEffect, { type: 'store' | 'unstore' }>

export interface EffectQueueOptions {
  readonly store: RecoveryStore
  perform(effect: Visible): void
  /** What was to be stored could not be: nothing behind it is performed. */
  onStoreFailed(error: Error): void
}

/**
 * Performs effects in the order in which the core decided them, and none before all that was to be stored ahead of it is durable: nobody is
 * told of what a leader that dies now would have forgotten. Effects that nothing has to be stored for are performed at once.
 */
export class EffectQueue {
  readonly #options: EffectQueueOptions
  #queue: MasterEffect[] = []
  #isDraining = false
  #isClosed = false

  constructor(options: EffectQueueOptions) {
    this.#options = options
  }

  add(effects: readonly MasterEffect[]): void {
    if (this.#isClosed) return
    for (const effect of effects) this.#queue.push(effect)
    if (!this.#isDraining) this.#drain()
  }

  /** Performs nothing more. */
  close(): void {
    this.#isClosed = true
    this.#queue = []
  }

  #drain(): void {
    const stores: Promise<void>[] = []
    let at = 0
    for (; at < this.#queue.length; at++) {
      const effect = this.#queue[at] as MasterEffect
      if (effect.type === 'store') stores.push(this.#options.store.store(effect.record))
      else if (effect.type === 'unstore') stores.push(this.#options.store.remove(effect.kind, effect.id))
      else if (stores.length > 0) break
      else this.#options.perform(effect)
      // Performing may close this queue, as when it is found out that this master leads no longer.
      if (this.#isClosed) break
    }
    this.#queue = this.#queue.slice(at)
    if (stores.length === 0) return
    this.#isDraining = true
    Promise.all(stores).then(
      () => {
        this.#isDraining = false
        if (!this.#isClosed) this.#drain()
      },
      (error: Error) => {
        if (this.#isClosed) return
        this.close()
        this.#options.onStoreFailed(error)
      },
    )
  }
}
