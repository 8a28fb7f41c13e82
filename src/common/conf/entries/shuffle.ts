import { define } from '../config-entry.js'
import { boolean, bytes, duration, int, oneOf } from '../config-type.js'

export const SHUFFLE_COMPRESS = define({
  key: 'spark.shuffle.compress',
  type: boolean,
  default: 'true',
  doc: 'Compresses the output of map tasks, with `spark.io.compression.codec`.',
})

export const SHUFFLE_SPILL_COMPRESS = define({
  key: 'spark.shuffle.spill.compress',
  type: boolean,
  default: 'true',
  doc: 'Compresses what is spilled to disk during a shuffle.',
})

export const SHUFFLE_FILE_BUFFER = define({
  key: 'spark.shuffle.file.buffer',
  type: bytes('k', { min: 1 }),
  default: '1m',
  doc: "Bytes gathered before a shuffle file is written to. Spark's default is 32k; fewer, larger writes are faster here.",
})

export const SHUFFLE_CHECKSUM = define({
  key: 'spark.shuffle.checksum.enabled',
  type: boolean,
  default: 'true',
  doc: 'Keeps a checksum for each block of map output and verifies it when the block is read.',
})

export const SHUFFLE_READ_HOST_LOCAL_DISK = define({
  key: 'spark.shuffle.readHostLocalDisk',
  type: boolean,
  default: 'true',
  doc: 'Reads map output of executors on the same machine straight from their files.',
})

export const SHUFFLE_IO_MAX_RETRIES = define({
  key: 'spark.shuffle.io.maxRetries',
  type: int({ min: 0 }),
  default: '3',
  doc: 'How often a fetch that failed on the network is tried again before it counts as a fetch failure.',
})

export const SHUFFLE_IO_RETRY_WAIT = define({
  key: 'spark.shuffle.io.retryWait',
  type: duration('ms'),
  default: '5s',
  doc: 'Wait between two tries of a fetch.',
})

export const REDUCER_MAX_SIZE_IN_FLIGHT = define({
  key: 'spark.reducer.maxSizeInFlight',
  type: bytes('m', { min: 1 }),
  default: '48m',
  doc: 'Bytes of map output that a reduce task asks for at once.',
})

export const REDUCER_MAX_REQS_IN_FLIGHT = define({
  key: 'spark.reducer.maxReqsInFlight',
  type: int({ min: 1 }),
  default: '2147483647',
  doc: 'Requests for map output that a reduce task has open at once.',
})

// Measured with the programs of bench/ on two cores and local disks: none, lz4 and zstd differ by less than the noise, since data that do
// not become smaller are soon left alone. lz4 is the one that every version of Node reads.
export const IO_COMPRESSION_CODEC = define({
  key: 'spark.io.compression.codec',
  type: oneOf('lz4', 'snappy', 'zstd', 'deflate', 'none'),
  default: 'lz4',
  doc: 'How shuffle data, spills and cached partitions are compressed. `zstd` needs Node 22.15 or later in the driver and all executors. Spark also knows lzf.',
})

export const IO_COMPRESSION_ZSTD_LEVEL = define({
  key: 'spark.io.compression.zstd.level',
  type: int({ min: 1, max: 22 }),
  default: '1',
  doc: 'Level of zstd: higher is smaller and slower.',
})
