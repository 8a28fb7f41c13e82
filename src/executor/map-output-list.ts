import { ByteReader, ByteWriter } from '../serializer/index.js'
import { type PartSizes, type SizeColumns, sizeColumns } from '../shuffle/index.js'
import { decodeMapStatus } from './map-status.js'

/** An executor with map outputs. */
export interface MapExecutor {
  readonly id: string
  readonly host: string
  readonly localDirs: readonly string[]
}

/** A map output as the driver knows it. */
export interface ListedOutput {
  readonly taskId: number
  readonly executorId: string
  /** As `encodeMapStatus` made it. */
  readonly status: Uint8Array
}

/** The map outputs of a shuffle as they travel from the driver. */
export interface EncodedOutputs {
  /** Ids of the executors that the bytes refer to by number. */
  readonly executorIds: readonly string[]
  readonly numMaps: number
  /**
   * For each map: varint, 0 when its output is missing, else the number of its executor + 1; and only then: varint, its task; varint, how
   * long its status is; its status.
   */
  readonly bytes: Uint8Array
}

/** Varints of one map: an executor, a task, a length. */
const headBytes = 16

export function encodeOutputs(outputs: readonly (ListedOutput | undefined)[]): EncodedOutputs {
  const numbers = new Map<string, number>()
  let room = 0
  for (let mapId = 0; mapId < outputs.length; mapId++) room += (outputs[mapId]?.status.length ?? 0) + headBytes
  const writer = new ByteWriter(room)
  // By index: an array made with a length has holes, which iterating over values would visit more slowly.
  for (let mapId = 0; mapId < outputs.length; mapId++) {
    const output = outputs[mapId]
    if (output === undefined) {
      writer.varint(0)
      continue
    }
    let number = numbers.get(output.executorId)
    if (number === undefined) {
      number = numbers.size
      numbers.set(output.executorId, number)
    }
    writer.varint(number + 1)
    writer.varint(output.taskId)
    writer.varint(output.status.length)
    writer.raw(output.status)
  }
  return { executorIds: [...numbers.keys()], numMaps: outputs.length, bytes: writer.copyFrom(0) }
}

/** The map outputs of a shuffle as an executor keeps them: columns of numbers, and a byte for each part. */
export class MapOutputList {
  /** Maps without an output. */
  readonly missing: readonly number[]
  /** By reduce partition. */
  readonly sizes: SizeColumns
  readonly executors: readonly MapExecutor[]
  readonly #executorOf: Uint32Array
  readonly #taskIds: Float64Array
  readonly #files: Float64Array

  /** @throws FS_SERIALIZER_CORRUPT */
  constructor(executors: readonly MapExecutor[], { numMaps, bytes }: Pick<EncodedOutputs, 'numMaps' | 'bytes'>) {
    this.executors = executors
    this.#executorOf = new Uint32Array(numMaps)
    this.#taskIds = new Float64Array(numMaps)
    this.#files = new Float64Array(numMaps)
    const missing: number[] = []
    const sizes: (PartSizes | undefined)[] = new Array(numMaps)
    const reader = new ByteReader(bytes)
    for (let mapId = 0; mapId < numMaps; mapId++) {
      const executor = reader.varint()
      if (executor === 0) {
        missing.push(mapId)
        continue
      }
      if (executor > executors.length) throw reader.corrupt(`there is no executor ${executor} of ${executors.length}`)
      this.#executorOf[mapId] = executor - 1
      this.#taskIds[mapId] = reader.varint()
      const length = reader.varint()
      const start = reader.take(length)
      const status = decodeMapStatus(bytes.subarray(start, start + length))
      this.#files[mapId] = status.file
      sizes[mapId] = status.sizes
    }
    this.missing = missing
    this.sizes = sizeColumns(sizes)
  }

  /** Index of the output's executor among `executors`. */
  executorOf(mapId: number): number {
    return this.#executorOf[mapId] as number
  }

  taskOf(mapId: number): number {
    return this.#taskIds[mapId] as number
  }

  /** The number in the name of the output's file. */
  fileOf(mapId: number): number {
    return this.#files[mapId] as number
  }
}
