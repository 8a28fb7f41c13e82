import { errorTable } from '../error-entry.js'

export const shuffleErrors = errorTable({
  FS_SHUFFLE_FETCH_FAILED: {
    category: 'network',
    message: (d) =>
      `map output ${d.mapId} of shuffle ${d.shuffleId}, partition ${d.reduceId}, could not be fetched from executor ${d.executorId}: ${d.cause}${d.reason ? ` (${d.reason})` : ''}`,
    hint: 'The map tasks whose output is lost are run again by themselves; when it goes on, look at the log of the executor named here.',
  },
  FS_SHUFFLE_DISK_FULL: {
    category: 'resource',
    message: (d) => `no space left on the disk of ${d.path} while writing ${d.what} (${d.cause})`,
    hint: 'Free space there, or let spark.local.dir name a folder on a larger disk.',
  },
  FS_SHUFFLE_IO: {
    category: 'resource',
    message: (d) => `${d.what} could not be ${d.action} at ${d.path}: ${d.cause}`,
    hint: 'See that the folder that spark.local.dir names exists, is writable, and stays while the application runs.',
  },
  FS_SHUFFLE_FILE_CORRUPT: {
    category: 'input',
    message: (d) => `the shuffle file ${d.path} is damaged: ${d.reason}`,
    hint: 'Something changed or cut the file after it was written; look at the disk, then run the job again.',
  },
  FS_SHUFFLE_PARTITION: {
    category: 'usage',
    message: (d) => `a partitioner gave partition ${d.partition} where there are ${d.numPartitions}`,
    hint: 'A partitioner must return a whole number from 0 to numPartitions - 1 for every key.',
  },
})
