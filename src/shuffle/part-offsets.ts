/** Where a part of a map output lies in its file. */
export interface PartRange {
  readonly offset: number
  readonly length: number
}

/**
 * The exact places of a map output's parts, as the executor that made it keeps them. Plain, so that it can be posted between threads;
 * empty parts, when they are many, take no room.
 */
export interface PartOffsets {
  /** The parts that are not empty, ascending; absent when each part has an offset of its own. */
  readonly parts?: Uint32Array
  /** Where each begins; one more entry than there are. */
  readonly offsets: Uint32Array | Float64Array
}

export function partOffsets(lengths: readonly number[]): PartOffsets {
  let filled = 0
  let total = 0
  for (const length of lengths) {
    if (length > 0) filled++
    total += length
  }
  const parts = filled * 2 < lengths.length ? new Uint32Array(filled) : undefined
  const entries = parts === undefined ? lengths.length : filled
  const offsets = total > 0xffffffff ? new Float64Array(entries + 1) : new Uint32Array(entries + 1)
  let at = 0
  for (let partition = 0; partition < lengths.length; partition++) {
    const length = lengths[partition] as number
    if (parts !== undefined && length === 0) continue
    if (parts !== undefined) parts[at] = partition
    offsets[at + 1] = (offsets[at] as number) + length
    at++
  }
  return parts === undefined ? { offsets } : { parts, offsets }
}

/** Where one part is. */
export function partRange({ parts, offsets }: PartOffsets, partition: number): PartRange {
  const entry = parts === undefined ? partition : find(parts, partition)
  if (entry === undefined) return { offset: 0, length: 0 }
  const offset = offsets[entry] as number
  return { offset, length: (offsets[entry + 1] as number) - offset }
}

function find(parts: Uint32Array, partition: number): number | undefined {
  let low = 0
  let high = parts.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const part = parts[middle] as number
    if (part === partition) return middle
    if (part < partition) low = middle + 1
    else high = middle - 1
  }
  return undefined
}
