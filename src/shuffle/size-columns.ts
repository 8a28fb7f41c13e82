import type { PartSizes } from './part-sizes.js'

/** The sizes of all map outputs of a shuffle, asked for by reduce partition. */
export interface SizeColumns {
  /** Visits the maps that have something for a reduce partition, ascending, each with the code of the part's size. */
  forEach(partition: number, visit: (mapId: number, code: number) => void): void
}

/** Bytes that one part takes in `SparseColumns`. */
const sparseEntryBytes = 5

/** By map; undefined where an output is missing. */
export function sizeColumns(rows: readonly (PartSizes | undefined)[]): SizeColumns {
  let numPartitions = 0
  let filled = 0
  for (const row of rows) {
    if (row === undefined) continue
    numPartitions = Math.max(numPartitions, row.numPartitions)
    filled += row.most
  }
  const isSparse = filled * sparseEntryBytes < rows.length * numPartitions
  return isSparse ? new SparseColumns(rows, numPartitions) : new DenseColumns(rows, numPartitions)
}

/** A byte for every part of every map. */
class DenseColumns implements SizeColumns {
  readonly #numMaps: number
  readonly #numPartitions: number
  readonly #codes: Uint8Array

  constructor(rows: readonly (PartSizes | undefined)[], numPartitions: number) {
    this.#numMaps = rows.length
    this.#numPartitions = numPartitions
    const codes = new Uint8Array(rows.length * numPartitions)
    rows.forEach((row, mapId) => {
      const start = mapId * numPartitions
      if (row?.codes !== undefined) codes.set(row.codes, start)
      else
        row?.forEach((partition, code) => {
          codes[start + partition] = code
        })
    })
    this.#codes = codes
  }

  forEach(partition: number, visit: (mapId: number, code: number) => void): void {
    if (partition >= this.#numPartitions) return
    for (let mapId = 0, at = partition; mapId < this.#numMaps; mapId++, at += this.#numPartitions) {
      const code = this.#codes[at] as number
      if (code > 0) visit(mapId, code)
    }
  }
}

/** The parts that are not empty, reduce partition by reduce partition. */
class SparseColumns implements SizeColumns {
  /** Where each reduce partition's entries begin; one more than there are. */
  readonly #starts: Uint32Array
  readonly #mapIds: Uint32Array
  readonly #codes: Uint8Array

  constructor(rows: readonly (PartSizes | undefined)[], numPartitions: number) {
    const starts = new Uint32Array(numPartitions + 1)
    for (const row of rows) {
      row?.forEach((partition) => {
        starts[partition + 1] = (starts[partition + 1] as number) + 1
      })
    }
    for (let p = 0; p < numPartitions; p++) starts[p + 1] = (starts[p + 1] as number) + (starts[p] as number)
    const total = starts[numPartitions] as number
    const next = starts.slice()
    this.#mapIds = new Uint32Array(total)
    this.#codes = new Uint8Array(total)
    rows.forEach((row, mapId) => {
      row?.forEach((partition, code) => {
        const at = next[partition] as number
        next[partition] = at + 1
        this.#mapIds[at] = mapId
        this.#codes[at] = code
      })
    })
    this.#starts = starts
  }

  forEach(partition: number, visit: (mapId: number, code: number) => void): void {
    const end = this.#starts[partition + 1] ?? 0
    for (let at = this.#starts[partition] ?? 0; at < end; at++) {
      visit(this.#mapIds[at] as number, this.#codes[at] as number)
    }
  }
}
