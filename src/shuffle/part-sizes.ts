import { ByteReader, ByteWriter } from '../serializer/index.js'

/*
 * How long the parts of a map output are, as the driver and every reader of the shuffle keep it: one byte a part, on a logarithmic
 * scale, as Apache Spark's map statuses have it. That is as exact as limits of what is under way need it; whoever serves a part has
 * its exact place (`PartOffsets`, or the file's index). An empty part stays exactly empty, as such parts are not read at all.
 *
 *     varint   number of parts * 2, + 1 when only those that are not empty follow
 *     all:     a code for each part
 *     some:    for each one: varint, how many empty ones are before it; its code
 */

const base = 1.1
const sizes = Float64Array.from({ length: 256 }, (_, code) => (code === 0 ? 0 : Math.round(base ** code)))

/** The code of a size: 0 for 0 alone; 255 for 36 GB and more. */
export function sizeCode(bytes: number): number {
  if (bytes === 0) return 0
  return Math.min(255, Math.max(1, Math.round(Math.log(bytes) / Math.log(base))))
}

/** The size that a code stands for: off by less than 5 % from each that has it. */
export function sizeOfCode(code: number): number {
  return sizes[code] as number
}

/** Encodes the lengths of a map output's parts. */
export function encodePartSizes(lengths: readonly number[]): Uint8Array {
  const numPartitions = lengths.length
  let filled = 0
  for (const length of lengths) if (length > 0) filled++
  // A part that is named takes two bytes, mostly.
  const isSparse = filled * 2 < numPartitions
  const writer = new ByteWriter(filled * 2 + 16)
  writer.varint(numPartitions * 2 + (isSparse ? 1 : 0))
  let empty = 0
  for (const length of lengths) {
    if (length === 0 && isSparse) {
      empty++
      continue
    }
    if (isSparse) writer.varint(empty)
    writer.u8(sizeCode(length))
    empty = 0
  }
  return writer.copyFrom(0)
}

/** The sizes of one map output's parts, read where they are. */
export class PartSizes {
  readonly numPartitions: number
  /** Bytes of the encoding after its head. */
  readonly #bytes: Uint8Array
  readonly #isSparse: boolean

  /** @throws FS_SERIALIZER_CORRUPT when this is not what `encodePartSizes` makes */
  constructor(bytes: Uint8Array) {
    const reader = new ByteReader(bytes)
    const head = reader.varint()
    this.numPartitions = Math.floor(head / 2)
    this.#isSparse = head % 2 === 1
    this.#bytes = bytes.subarray(reader.position)
    if (!this.#isSparse && this.#bytes.length !== this.numPartitions) {
      throw reader.corrupt(`${this.numPartitions} sizes are expected, not ${this.#bytes.length}`)
    }
  }

  /** A code for every part, unless only those that are not empty are named. */
  get codes(): Uint8Array | undefined {
    return this.#isSparse ? undefined : this.#bytes
  }

  /** Parts that are not empty, at most. */
  get most(): number {
    return this.#isSparse ? Math.floor(this.#bytes.length / 2) : this.numPartitions
  }

  /** Visits the parts that are not empty, in order, each with the code of its size. @throws FS_SERIALIZER_CORRUPT */
  forEach(visit: (partition: number, code: number) => void): void {
    if (this.#isSparse) {
      this.#forEachNamed(visit)
      return
    }
    for (let partition = 0; partition < this.numPartitions; partition++) {
      const code = this.#bytes[partition] as number
      if (code > 0) visit(partition, code)
    }
  }

  #forEachNamed(visit: (partition: number, code: number) => void): void {
    const reader = new ByteReader(this.#bytes)
    for (let next = 0; reader.position < this.#bytes.length; next++) {
      next += reader.varint()
      if (next >= this.numPartitions) throw reader.corrupt(`there is no part ${next} of ${this.numPartitions}`)
      visit(next, reader.u8())
    }
  }
}
