import { define } from '../config-entry.js'
import { boolean, double, duration, int, oneOf, text } from '../config-type.js'

export const DEFAULT_PARALLELISM = define({
  key: 'spark.default.parallelism',
  type: int({ min: 1 }),
  defaultText: '(number of cores; for shuffles the largest number of partitions of the parents)',
  doc: 'Partitions of an RDD made by `parallelize` and of shuffles, where the program gives none.',
})

export const LIMIT_INITIAL_PARTITIONS = define({
  key: 'spark.rdd.limit.initialNumPartitions',
  type: int({ min: 1 }),
  default: '1',
  doc: 'Partitions that `take` looks at first.',
})

export const LIMIT_SCALE_UP_FACTOR = define({
  key: 'spark.rdd.limit.scaleUpFactor',
  type: int({ min: 2 }),
  default: '4',
  doc: 'How many times more partitions `take` looks at in each further round.',
})

export const STAGE_MAX_CONSECUTIVE_ATTEMPTS = define({
  key: 'spark.stage.maxConsecutiveAttempts',
  type: int({ min: 1 }),
  default: '4',
  doc: 'Attempts of a stage in a row that may end in fetch failures before its job fails.',
})

export const STAGE_MAX_ATTEMPTS = define({
  key: 'spark.stage.maxAttempts',
  type: int({ min: 1 }),
  default: '2147483647',
  doc: 'Attempts of a stage altogether before its job fails; never less than `spark.stage.maxConsecutiveAttempts`.',
})

export const SCHEDULER_MODE = define({
  key: 'spark.scheduler.mode',
  type: oneOf('FIFO', 'FAIR'),
  default: 'FIFO',
  doc: 'How jobs that run at once share the slots: first come first served, or by weighted pools.',
})

export const SCHEDULER_ALLOCATION_FILE = define({
  key: 'spark.scheduler.allocation.file',
  type: text,
  defaultText: '(fairscheduler.xml beside spark-defaults.conf, where there is one)',
  doc: 'File with the pools of the FAIR scheduler, their weights, minimum shares and modes: XML as in Spark, or the same as JSON.',
})

export const SCHEDULER_POOL = define({
  key: 'spark.scheduler.pool',
  type: text,
  default: 'default',
  doc: 'Pool of jobs under FAIR. Mostly a local property, for the jobs that follow: `sc.setLocalProperty("spark.scheduler.pool", name)`.',
})

export const SCHEDULER_REVIVE_INTERVAL = define({
  key: 'spark.scheduler.revive.interval',
  type: duration('ms', { min: 1 }),
  default: '1s',
  doc: 'How often free slots are offered again to waiting tasks, so that waits for locality come to an end.',
})

export const SCHEDULER_MIN_REGISTERED_RATIO = define({
  key: 'spark.scheduler.minRegisteredResourcesRatio',
  type: double({ min: 0, max: 1 }),
  defaultText: '0 for local masters',
  doc: 'Share of the slots asked for that must have registered before the first task is launched.',
})

export const SCHEDULER_MAX_REGISTERED_WAIT = define({
  key: 'spark.scheduler.maxRegisteredResourcesWaitingTime',
  type: duration(),
  default: '30s',
  doc: 'Longest wait for `spark.scheduler.minRegisteredResourcesRatio`.',
})

export const LISTENER_QUEUE_CAPACITY = define({
  key: 'spark.scheduler.listenerbus.eventqueue.capacity',
  type: int({ min: 1 }),
  default: '10000',
  doc: 'Events that may wait for one listener; further ones are dropped, counted and reported.',
})

export const LOCALITY_WAIT = define({
  key: 'spark.locality.wait',
  type: duration(),
  default: '3s',
  doc: 'How long a task waits for a slot near its data before it takes one further away.',
})

export const LOCALITY_WAIT_PROCESS = define({
  key: 'spark.locality.wait.process',
  type: duration(),
  fallback: LOCALITY_WAIT,
  doc: 'The same, for a slot of the executor that holds the data.',
})

export const LOCALITY_WAIT_NODE = define({
  key: 'spark.locality.wait.node',
  type: duration(),
  fallback: LOCALITY_WAIT,
  doc: 'The same, for a slot on the machine that holds the data.',
})

export const LOCALITY_WAIT_RACK = define({
  key: 'spark.locality.wait.rack',
  type: duration(),
  fallback: LOCALITY_WAIT,
  doc: 'The same, for a slot in the rack that holds the data.',
})

export const PENDING_TIMEOUT = define({
  key: 'spark.firesteel.pending.timeout',
  type: duration(),
  default: '5min',
  doc: 'How long a job may wait without a single executor before it fails with the reason; 0 waits without end.',
})

export const STARVATION_TIMEOUT = define({
  key: 'spark.starvation.timeout',
  type: duration('ms', { min: 1 }),
  default: '5s',
  doc: "How long jobs may wait while no task runs at all before the log says why; it says so again each minute. Spark's default is 15s.",
})

export const EXCLUDE_ON_FAILURE = define({
  key: 'spark.excludeOnFailure.enabled',
  type: boolean,
  default: 'false',
  aliases: ['spark.blacklist.enabled'],
  doc: 'Keeps tasks away from executors and nodes on which too many have failed.',
})

export const EXCLUDE_TASK_ATTEMPTS_PER_EXECUTOR = define({
  key: 'spark.excludeOnFailure.task.maxTaskAttemptsPerExecutor',
  type: int({ min: 1 }),
  default: '1',
  aliases: ['spark.blacklist.task.maxTaskAttemptsPerExecutor'],
  doc: 'Failures of one task on one executor after which that task is not tried there again.',
})

export const EXCLUDE_TASK_ATTEMPTS_PER_NODE = define({
  key: 'spark.excludeOnFailure.task.maxTaskAttemptsPerNode',
  type: int({ min: 1 }),
  default: '2',
  aliases: ['spark.blacklist.task.maxTaskAttemptsPerNode'],
  doc: 'The same, for one node.',
})

export const EXCLUDE_STAGE_TASKS_PER_EXECUTOR = define({
  key: 'spark.excludeOnFailure.stage.maxFailedTasksPerExecutor',
  type: int({ min: 1 }),
  default: '2',
  aliases: ['spark.blacklist.stage.maxFailedTasksPerExecutor'],
  doc: 'Different tasks of a stage that may fail on an executor before it is excluded from the stage.',
})

export const EXCLUDE_STAGE_EXECUTORS_PER_NODE = define({
  key: 'spark.excludeOnFailure.stage.maxFailedExecutorsPerNode',
  type: int({ min: 1 }),
  default: '2',
  aliases: ['spark.blacklist.stage.maxFailedExecutorsPerNode'],
  doc: 'Executors of a node that may be excluded from a stage before the whole node is.',
})

export const EXCLUDE_APP_TASKS_PER_EXECUTOR = define({
  key: 'spark.excludeOnFailure.application.maxFailedTasksPerExecutor',
  type: int({ min: 1 }),
  default: '2',
  aliases: ['spark.blacklist.application.maxFailedTasksPerExecutor'],
  doc: 'Different tasks that may fail on an executor, in stages that succeeded, before it is excluded from the application.',
})

export const EXCLUDE_APP_EXECUTORS_PER_NODE = define({
  key: 'spark.excludeOnFailure.application.maxFailedExecutorsPerNode',
  type: int({ min: 1 }),
  default: '2',
  aliases: ['spark.blacklist.application.maxFailedExecutorsPerNode'],
  doc: 'Executors of a node that may be excluded from the application before the whole node is.',
})

export const EXCLUDE_TIMEOUT = define({
  key: 'spark.excludeOnFailure.timeout',
  type: duration(),
  default: '1h',
  aliases: ['spark.blacklist.timeout'],
  doc: 'How long an executor or node stays excluded from the application.',
})

export const SPECULATION = define({
  key: 'spark.speculation',
  type: boolean,
  default: 'false',
  doc: 'Starts a second copy of a task that is much slower than its siblings. Read and checked; the scheduler of this version does not act on it.',
})

export const SPECULATION_INTERVAL = define({
  key: 'spark.speculation.interval',
  type: duration('ms', { min: 1 }),
  default: '100ms',
  doc: 'How often slow tasks are looked for.',
})

export const SPECULATION_MULTIPLIER = define({
  key: 'spark.speculation.multiplier',
  type: double({ min: 1 }),
  default: '3',
  doc: 'How many times slower than the median a task must be.',
})

export const SPECULATION_QUANTILE = define({
  key: 'spark.speculation.quantile',
  type: double({ min: 0, max: 1 }),
  default: '0.9',
  doc: 'Share of the tasks of a stage that must have finished first.',
})

export const SPECULATION_MIN_TASK_RUNTIME = define({
  key: 'spark.speculation.minTaskRuntime',
  type: duration(),
  default: '100ms',
  doc: 'Shortest time a task must have run.',
})
