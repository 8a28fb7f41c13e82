import { errorTable } from '../error-entry.js'

export const rddErrors = errorTable({
  FS_RDD_NOT_A_PAIR: {
    category: 'usage',
    message: (d) => `an operation on pairs met a record that is no [key, value] array of length 2: ${d.record}`,
    hint: 'Map the records to [key, value] first.',
  },
  FS_RDD_NOT_ITERABLE: {
    category: 'usage',
    message: (d) => `the function given to ${d.operator} returned ${d.value}, which cannot be iterated`,
    hint: 'Return an array, a generator, or another iterable.',
  },
  FS_RDD_ZIP_LENGTHS: {
    category: 'usage',
    message: (d) => `zip() met partitions of different lengths: the ${d.longer} one has more records`,
    hint: 'Both RDDs must have the same number of records in each partition.',
  },
  FS_RDD_ZIP_PARTITIONS: {
    category: 'usage',
    message: (d) => `${d.operation} needs RDDs with the same number of partitions, but they have ${d.counts}`,
    hint: 'Repartition them alike first.',
  },
  FS_RDD_PARTITION_INDEX: {
    category: 'usage',
    message: (d) =>
      `the partitioner gave ${d.partition} for key ${d.key}, which is no integer from 0 to ${Number(d.numPartitions) - 1}`,
    hint: 'getPartition(key) must return an index below numPartitions.',
    example: { numPartitions: 8 },
  },
  FS_RDD_NO_PARTITION: {
    category: 'usage',
    message: (d) => `${d.operation} asked for partition ${d.partition} of an RDD that has ${d.numPartitions}`,
    hint: 'Partitions count from 0 to getNumPartitions() - 1.',
  },
  FS_RDD_NOT_A_NUMBER: {
    category: 'usage',
    message: (d) => `${d.operation}() met ${d.value}, which is no number`,
    hint: 'Map the records to numbers first.',
  },
  FS_RDD_HISTOGRAM_RANGE: {
    category: 'usage',
    message: (d) => `histogram(${d.count}) cannot divide the range from ${d.min} to ${d.max} into buckets`,
    hint: 'The RDD must have records, all of them finite numbers; otherwise give the buckets themselves.',
  },
  FS_RDD_NO_FRACTION: {
    category: 'usage',
    message: (d) => `${d.operation} met the key ${d.key}, for which no fraction was given`,
    hint: 'Give a fraction for each key; 0 leaves its records out.',
  },
  FS_RDD_EMPTY: {
    category: 'usage',
    message: (d) => `${d.operation}() of an empty RDD has no result`,
    hint: 'Use fold() or aggregate() with a zero value, or test isEmpty() first.',
  },
  FS_RDD_ARGUMENT: {
    category: 'usage',
    message: (d) => `${d.operation}: ${d.argument} is ${d.value}, but must be ${d.accepted}`,
    hint: 'Correct the argument.',
  },
  FS_RDD_LEVEL_CHANGE: {
    category: 'usage',
    message: (d) => `the storage level of ${d.rdd} is ${d.current} and cannot be changed to ${d.wanted}`,
    hint: 'unpersist() it first.',
  },
  FS_RDD_CHECKPOINT_DIR: {
    category: 'usage',
    message: (d) => `checkpoint() of ${d.rdd} needs a checkpoint directory`,
    hint: 'Call sc.setCheckpointDir(path) first.',
  },
  FS_RDD_CHECKPOINT_LATE: {
    category: 'usage',
    message: (d) => `${d.operation}() of ${d.rdd} comes too late: a job has used the RDD already`,
    hint: 'Call it before the first action on the RDD or on one made from it.',
  },
  FS_RDD_CHECKPOINT_LOST: {
    category: 'resource',
    message: (d) =>
      `partition ${d.partition} of RDD ${d.rdd} is lost: its local checkpoint was on an executor that has ended, or it was unpersisted`,
    hint: 'It cannot be computed again, since its lineage was cut. Use checkpoint() with sc.setCheckpointDir(), whose files outlive executors.',
  },
  FS_RDD_ASYNC_UNSUPPORTED: {
    category: 'usage',
    message: (d) => `${d.operation} takes a synchronous function, but it returned a promise`,
    hint: 'Do the asynchronous part in a map() or mapAsync() before it.',
  },
})
