import type { BlockAccess } from '../pipeline/index.js'
import { type CompressionCodec, decodeFrames, encodeFrame } from '../serializer/index.js'

/** Cached partitions that are compressed before they are kept, and expanded when they are read (`spark.rdd.compress`). */
export class CompressedBlocks implements BlockAccess {
  readonly #kept: BlockAccess
  readonly #codec: CompressionCodec

  constructor(kept: BlockAccess, codec: CompressionCodec) {
    this.#kept = kept
    this.#codec = codec
  }

  get(block: string): readonly Uint8Array[] | undefined {
    const source = `cached block ${block}`
    return this.#kept.get(block)?.flatMap((bytes) => [...decodeFrames(bytes, { source })].map(({ payload }) => payload))
  }

  put(block: string, level: string, batches: readonly Uint8Array[]): boolean {
    const frames = batches.map((batch) => encodeFrame(batch, { codec: this.#codec, records: 0 }))
    return this.#kept.put(block, level, frames)
  }
}
