import { errorTable } from '../error-entry.js'

export const storageErrors = errorTable({
  FS_STORAGE_LEVEL: {
    category: 'usage',
    message: (d) => `'${d.level}' is not a storage level: ${d.problem}`,
    hint: 'Use one of the constants of StorageLevel, such as StorageLevel.MEMORY_AND_DISK.',
  },
  FS_STORAGE_DISK_FULL: {
    category: 'resource',
    message: (d) => `no space left at ${d.path} for block ${d.block} of ${d.bytes} bytes (${d.problem})`,
    hint: 'Free space there, let spark.local.dir name a folder on a larger disk, or unpersist what is not needed.',
  },
  FS_STORAGE_IO: {
    category: 'resource',
    message: (d) => `block ${d.block} could not be ${d.action} at ${d.path}: ${d.problem}`,
    hint: 'See that the folder that spark.local.dir names exists, is writable, and stays while the application runs.',
  },
  FS_STORAGE_BLOCK_CORRUPT: {
    category: 'resource',
    message: (d) => `the file ${d.path} of block ${d.block} is damaged: ${d.problem}`,
    hint: 'Something changed or cut the file after it was written; the block is computed again, but look at the disk.',
  },
  FS_STORAGE_BLOCK_GONE: {
    category: 'network',
    message: (d) => `executor ${d.executorId} no longer has block ${d.block}`,
    hint: 'It was evicted or removed meanwhile; it is computed again by itself.',
  },
  FS_BROADCAST_DESTROYED: {
    category: 'usage',
    message: (d) => `broadcast ${d.id} was destroyed${d.site ? ` (${d.site})` : ''} and has no value any more`,
    hint: 'Call destroy() after the last job that reads it; unpersist() frees the executors and keeps it usable.',
  },
  FS_BROADCAST_FETCH: {
    category: 'network',
    message: (d) =>
      `piece ${d.piece} of broadcast ${d.id} could not be had from any executor nor from the driver: ${d.problem}`,
    hint: 'The driver is overloaded or cut off; look at its log, or raise spark.rpc.askTimeout.',
  },
})
