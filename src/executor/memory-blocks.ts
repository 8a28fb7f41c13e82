import type { ExecutorBlocks } from './executor.js'

/** Blocks in memory alone. */
export class MemoryBlocks implements ExecutorBlocks {
  readonly storageBytes: number
  readonly #blocks = new Map<string, readonly Uint8Array[]>()
  readonly #broadcast: (id: number) => Promise<Uint8Array>
  #used = 0

  constructor(storageBytes: number, broadcast: (id: number) => Promise<Uint8Array>) {
    this.storageBytes = storageBytes
    this.#broadcast = broadcast
  }

  get usedBytes(): number {
    return this.#used
  }

  get(block: string): readonly Uint8Array[] | undefined {
    return this.#blocks.get(block)
  }

  put(block: string, options: { batches: readonly Uint8Array[] }): boolean {
    this.#blocks.set(block, options.batches.map(shared))
    return true
  }

  broadcast(id: number): Promise<Uint8Array> {
    return this.#broadcast(id)
  }

  forgetBroadcast(): void {}

  removeRdd(rddId: number): void {
    for (const block of this.#blocks.keys()) if (block.startsWith(`rdd_${rddId}_`)) this.#blocks.delete(block)
  }

  async close(): Promise<void> {
    this.#blocks.clear()
  }
}

/** A copy that every thread of the process can read. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength))
  copy.set(bytes)
  return copy
}
