import { type HandleRef, type Traveller, travels } from '../closure/index.js'
import { FiresteelError } from '../common/errors/index.js'
import type { BroadcastId } from '../common/index.js'

/** What a broadcast asks of the server that holds its bytes. */
export interface BroadcastOwner {
  /** Removes the copies on executors, and the original if it is destroyed. */
  remove(id: BroadcastId, options: { readonly destroyed: boolean }): Promise<void>
  /** Where in the user's program we are. */
  site(): string | undefined
}

/** A captured function that reads a broadcast keeps it: while an RDD needs the function, the cleaner leaves the broadcast alone. */
const captured = new WeakMap<HandleRef, unknown>()

/**
 * A read-only value that every executor process gets once, however many tasks read it. Made by `sc.broadcast(value)`; in a task,
 * `.value` is a copy that all tasks of a thread share, so it must not be changed.
 */
export class Broadcast<T> implements Traveller {
  readonly id: BroadcastId
  readonly #owner: BroadcastOwner
  #held: { readonly value: T } | undefined
  #destroyedAt: string | undefined

  constructor(id: BroadcastId, value: T, owner: BroadcastOwner) {
    this.id = id
    this.#held = { value }
    this.#owner = owner
  }

  /** The value. @throws FS_BROADCAST_DESTROYED */
  get value(): T {
    return this.#alive().value
  }

  /**
   * Frees the copies on executors; whoever reads it again fetches it again. Resolves when they are gone if `blocking`, else at once.
   * @throws FS_BROADCAST_DESTROYED
   */
  async unpersist(blocking = false): Promise<void> {
    this.#alive()
    await this.#remove(blocking, false)
  }

  /** Frees every copy for good. Using it afterwards is an error. @throws FS_BROADCAST_DESTROYED */
  async destroy(blocking = false): Promise<void> {
    this.#alive()
    this.#held = undefined
    this.#destroyedAt = this.#owner.site()
    await this.#remove(blocking, true)
  }

  toString(): string {
    return `Broadcast(${this.id})`
  }

  /** Closures take the id along, and never the value. @throws FS_BROADCAST_DESTROYED */
  [travels](): HandleRef {
    this.#alive()
    const ref: HandleRef = { kind: 'broadcast', data: { id: this.id } }
    captured.set(ref, this)
    return ref
  }

  #alive(): { readonly value: T } {
    if (this.#held !== undefined) return this.#held
    throw new FiresteelError('FS_BROADCAST_DESTROYED', { id: this.id, site: this.#destroyedAt })
  }

  async #remove(blocking: boolean, destroyed: boolean): Promise<void> {
    const removed = this.#owner.remove(this.id, { destroyed })
    if (blocking) await removed
  }
}
