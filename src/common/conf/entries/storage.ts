import { define } from '../config-entry.js'
import { boolean, bytes, duration, int, text } from '../config-type.js'

export const RDD_COMPRESS = define({
  key: 'spark.rdd.compress',
  type: boolean,
  default: 'false',
  doc: 'Compresses cached partitions that are kept serialized.',
})

export const STORAGE_REPLICATION_PROACTIVE = define({
  key: 'spark.storage.replication.proactive',
  type: boolean,
  default: 'true',
  doc: 'Makes a new copy of a replicated block when an executor that held one is lost, on another one that has none by then.',
})

export const BROADCAST_BLOCK_SIZE = define({
  key: 'spark.broadcast.blockSize',
  type: bytes('k', { min: 1024 }),
  default: '4m',
  doc: 'Size of the pieces in which a broadcast travels.',
})

export const BROADCAST_COMPRESS = define({
  key: 'spark.broadcast.compress',
  type: boolean,
  default: 'true',
  doc: 'Compresses broadcasts, with `spark.io.compression.codec`.',
})

export const BROADCAST_CHECKSUM = define({
  key: 'spark.broadcast.checksum',
  type: boolean,
  default: 'true',
  doc: 'Verifies a checksum for each piece of a broadcast.',
})

export const CLEANER_REFERENCE_TRACKING = define({
  key: 'spark.cleaner.referenceTracking',
  type: boolean,
  default: 'true',
  doc: 'Removes cached blocks, shuffle files and broadcasts whose object in the driver is no longer reachable.',
})

export const CLEANER_REFERENCE_TRACKING_BLOCKING = define({
  key: 'spark.cleaner.referenceTracking.blocking',
  type: boolean,
  default: 'true',
  doc: 'Waits for each removal before the next, shuffles excepted.',
})

export const CLEANER_REFERENCE_TRACKING_BLOCKING_SHUFFLE = define({
  key: 'spark.cleaner.referenceTracking.blocking.shuffle',
  type: boolean,
  default: 'false',
  doc: 'Waits for the removal of each shuffle, too, before the next removal.',
})

export const CLEANER_CLEAN_CHECKPOINTS = define({
  key: 'spark.cleaner.referenceTracking.cleanCheckpoints',
  type: boolean,
  default: 'false',
  doc: 'Removes checkpoint files whose RDD is no longer reachable.',
})

export const CLEANER_PERIODIC_GC_INTERVAL = define({
  key: 'spark.cleaner.periodicGC.interval',
  type: duration('s', { min: 1 }),
  default: '30min',
  doc: 'How often garbage is collected in the driver, so that unreachable objects are noticed even while it is idle.',
})

export const CHECKPOINT_DIR = define({
  key: 'spark.checkpoint.dir',
  type: text,
  doc: 'Folder for reliable checkpoints; `sc.setCheckpointDir` overrides it.',
})

export const CHECKPOINT_COMPRESS = define({
  key: 'spark.checkpoint.compress',
  type: boolean,
  default: 'false',
  doc: 'Compresses checkpoint files, with `spark.io.compression.codec`.',
})

export const FILES_MAX_PARTITION_BYTES = define({
  key: 'spark.files.maxPartitionBytes',
  type: bytes('b', { min: 1 }),
  default: '128m',
  doc: 'Most bytes that readers of many small files put into one partition.',
})

export const FILES_OPEN_COST = define({
  key: 'spark.files.openCostInBytes',
  type: bytes(),
  default: '4m',
  doc: 'What opening a file counts, in bytes that could have been read instead.',
})

export const FILES_IGNORE_CORRUPT = define({
  key: 'spark.files.ignoreCorruptFiles',
  type: boolean,
  default: 'false',
  doc: 'Skips the rest of a file that is corrupt, with a warning, instead of failing the task.',
})

export const FILES_IGNORE_MISSING = define({
  key: 'spark.files.ignoreMissingFiles',
  type: boolean,
  default: 'false',
  doc: 'Skips a file that vanished after it was listed, with a warning, instead of failing the task.',
})

export const FILES_OVERWRITE = define({
  key: 'spark.files.overwrite',
  type: boolean,
  default: 'false',
  doc: 'Lets `sc.addFile` replace a file of the same name that has other contents.',
})

export const FILES_FETCH_TIMEOUT = define({
  key: 'spark.files.fetchTimeout',
  type: duration('s', { min: 1 }),
  default: '60s',
  doc: 'Longest time to fetch a file added by `sc.addFile`.',
})

export const VALIDATE_OUTPUT_SPECS = define({
  key: 'spark.hadoop.validateOutputSpecs',
  type: boolean,
  default: 'true',
  doc: 'Refuses to save to a path that exists already.',
})

export const BUFFER_SIZE = define({
  key: 'spark.buffer.size',
  type: int({ min: 1024 }),
  default: '65536',
  doc: 'Bytes read or written at once where checkpoints and cached files are read.',
})
