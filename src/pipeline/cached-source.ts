import { decodeBatch, encodeBatch, encodePairs } from '../serializer/index.js'
import { rddBlockId } from '../storage/index.js'
import { type Batch, type BatchSource, PairBatch, recordsOf } from './batch.js'
import type { Opener } from './opener.js'
import type { CachePoint, PartitionTree } from './plan.js'

/** A persisted partition: from the block store when some executor has it, else computed and offered to the store. */
export function cachedSource(opener: Opener, node: number, tree: PartitionTree, cache: CachePoint): BatchSource {
  const { blocks } = opener.services
  const block = rddBlockId(cache.rdd, tree.index)
  const stored = blocks.get(block)
  if (stored !== undefined) return decodedSource(stored)
  const source = opener.openUncached(node, tree)
  const encoded: Uint8Array[] = []
  let packed: unknown[] = []
  const flush = () => {
    if (packed.length > 0) encoded.push(encodeBatch(packed))
    packed = []
  }
  const keep = (batch: Batch) => {
    if (batch instanceof PairBatch && batch.length >= batchTarget) {
      flush()
      encoded.push(encodePairs(batch.keys, batch.values))
      return
    }
    for (const record of recordsOf(batch)) packed.push(record)
    if (packed.length >= batchTarget) flush()
  }
  const finish = () => {
    flush()
    blocks.put(block, cache.level, encoded)
  }
  return teeSource(source, keep, finish)
}

const batchTarget = 4096

/**
 * Decodes a cached partition, batch by batch, at each read: in a slot some 18 ns for a pair of numbers, with the loop over it. Handing pairs
 * on as columns of keys and values was slower (30 ns), even where no array of a pair is wanted.
 *
 * No thread keeps decoded records for the next read, whatever "deserialized" in a level's name promises: a pair of numbers takes 64 bytes of
 * garbage-collected heap beside its 16 encoded ones, an object of three fields 73 beside 10, a line of text 90 beside 50. So two to seven
 * times as much fits into memory, all slots share it, and no collector ever walks it.
 */
function decodedSource(stored: readonly Uint8Array[]): BatchSource {
  let at = 0
  return {
    isAsync: false,
    next() {
      const bytes = stored[at++]
      return bytes === undefined ? undefined : decodeBatch(bytes)
    },
    close() {
      at = stored.length
    },
  }
}

function teeSource(source: BatchSource, keep: (batch: Batch) => void, finish: () => void): BatchSource {
  let ended = false
  const seen = (batch: Batch | undefined): Batch | undefined => {
    if (batch !== undefined) keep(batch)
    else if (!ended) {
      ended = true
      finish()
    }
    return batch
  }
  if (source.isAsync) {
    return { isAsync: true, next: async () => seen(await source.next()), close: () => source.close() }
  }
  return { isAsync: false, next: () => seen(source.next()), close: () => source.close() }
}
