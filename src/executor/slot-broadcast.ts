import { decodeValue } from '../serializer/index.js'

/** The broadcast values of one slot thread: decoded at first use, kept until the driver forgets them. */
export class SlotBroadcast {
  readonly #fetch: (id: number) => Uint8Array
  readonly #values = new Map<number, unknown>()

  /** `fetch` blocks until the executor has the bytes. */
  constructor(fetch: (id: number) => Uint8Array) {
    this.#fetch = fetch
  }

  /** What a closure holds in place of the driver's `Broadcast`. */
  resolve(handle: { readonly id: number }): { readonly id: number; readonly value: unknown } {
    const read = (): unknown => this.#value(handle.id)
    return {
      id: handle.id,
      get value() {
        return read()
      },
    }
  }

  forget(id: number): void {
    this.#values.delete(id)
  }

  #value(id: number): unknown {
    if (!this.#values.has(id)) this.#values.set(id, decodeValue(this.#fetch(id)))
    return this.#values.get(id)
  }
}
