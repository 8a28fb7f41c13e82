/**
 * A synchronous source of records, batch by batch (of some 32 to 128 KB of input each), read by a slot thread.
 * An array handed out is the caller's own.
 */
export interface BatchReader<T> {
  /** The next records, at least one; `undefined` at the end. */
  next(): T[] | undefined
  /** Lets go of the file; may be called at any time and more than once. */
  close(): void
  /** Bytes read from storage so far (compressed bytes, if the file is compressed). */
  readonly bytesRead: number
  /** Records handed out so far. */
  readonly recordsRead: number
}

/** Reads the inputs of a partition one after another through one reader. */
export function chainReaders<I, T>(inputs: readonly I[], open: (input: I) => BatchReader<T>): BatchReader<T> {
  return new ChainedReader(inputs, open)
}

class ChainedReader<I, T> implements BatchReader<T> {
  readonly #inputs: readonly I[]
  readonly #open: (input: I) => BatchReader<T>
  #current: BatchReader<T> | undefined
  #nextInput = 0
  #bytesBefore = 0
  #recordsBefore = 0

  constructor(inputs: readonly I[], open: (input: I) => BatchReader<T>) {
    this.#inputs = inputs
    this.#open = open
  }

  next(): T[] | undefined {
    for (;;) {
      if (this.#current === undefined) {
        if (this.#nextInput >= this.#inputs.length) return undefined
        this.#current = this.#open(this.#inputs[this.#nextInput++] as I)
      }
      const batch = this.#current.next()
      if (batch !== undefined) return batch
      this.#leave()
    }
  }

  close(): void {
    this.#nextInput = this.#inputs.length
    this.#leave()
  }

  get bytesRead(): number {
    return this.#bytesBefore + (this.#current?.bytesRead ?? 0)
  }

  get recordsRead(): number {
    return this.#recordsBefore + (this.#current?.recordsRead ?? 0)
  }

  #leave(): void {
    const current = this.#current
    if (current === undefined) return
    this.#current = undefined
    this.#bytesBefore += current.bytesRead
    this.#recordsBefore += current.recordsRead
    current.close()
  }
}
