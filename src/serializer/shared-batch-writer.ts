import { BatchWriter } from './batch-writer.js'

/** Up to this size, growing copies what was written; beyond, it happens in place. */
const COPIED_BYTES = 1 << 24
/** What one batch can take: addresses are set aside for it, memory only as it is written. */
const MOST_BYTES = 2 ** 32

/**
 * Writes one large batch where it is to stay: in shared memory that grows in place, so that the batch is in memory once. For one batch;
 * what it wrote is not copied.
 */
export class SharedBatchWriter extends BatchWriter {
  #shared: GrowableMemory | undefined

  /** All that was written, in shared memory. The writer must not be used again. */
  taken(): Uint8Array<SharedArrayBuffer> {
    // Much more than that was written when it was written anew, as rows.
    const isFull = this.#shared !== undefined && this.#shared.byteLength <= 2 * this.position
    if (this.#shared !== undefined && isFull) return new Uint8Array(this.#shared, 0, this.position)
    const bytes = new Uint8Array(new SharedArrayBuffer(this.position))
    bytes.set(this.bytes.subarray(0, this.position))
    return bytes
  }

  protected override grow(needed: number): void {
    if (needed <= COPIED_BYTES || needed > MOST_BYTES) {
      super.grow(needed)
      this.#shared = undefined
      return
    }
    const size = Math.min(MOST_BYTES, Math.max(needed, Math.floor(this.bytes.length * 1.5)))
    const isNew = this.#shared === undefined
    const shared = this.#shared ?? makeGrowable(size)
    if (!isNew) shared.grow(size)
    const larger = Buffer.from(shared, 0, size)
    if (isNew) this.bytes.copy(larger, 0, 0, this.position)
    this.#shared = shared
    this.replace(larger)
  }
}

/** ES2024's growable shared memory, which Node has since 20. */
type GrowableMemory = SharedArrayBuffer & { grow(bytes: number): void }

function makeGrowable(bytes: number): GrowableMemory {
  const Growable = SharedArrayBuffer as unknown as new (
    bytes: number,
    options: { maxByteLength: number },
  ) => GrowableMemory
  return new Growable(bytes, { maxByteLength: MOST_BYTES })
}
