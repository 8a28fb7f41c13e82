import { define } from '../config-entry.js'
import { boolean, bytes, double, duration, int, list, text } from '../config-type.js'

export const EXECUTOR_ID = define({
  key: 'spark.executor.id',
  type: text,
  defaultText: '(given by the scheduler backend)',
  doc: 'Identity of this executor. Set by Firesteel.',
})

export const EXECUTOR_CORES = define({
  key: 'spark.executor.cores',
  type: int({ min: 1 }),
  default: '1',
  doc: 'Task slots of each executor, each a thread of its own. Local masters take the number from the master URL.',
})

export const EXECUTOR_INSTANCES = define({
  key: 'spark.executor.instances',
  type: int({ min: 0 }),
  doc: 'Number of executors asked for, on cluster managers that take it. `local-cluster` takes it from the master URL.',
})

export const CORES_MAX = define({
  key: 'spark.cores.max',
  type: int({ min: 1 }),
  doc: 'Most cores an application takes from the cluster altogether. Local masters take the number from the master URL.',
})

export const EXECUTOR_MEMORY = define({
  key: 'spark.executor.memory',
  type: bytes('m', { min: 2 ** 20 }),
  default: '1g',
  doc: 'Memory of an executor that tasks, cached blocks and shuffle buffers share. Local masters use `spark.driver.memory`; `local-cluster` takes it from the master URL.',
})

export const MEMORY_FRACTION = define({
  key: 'spark.memory.fraction',
  type: double({ min: 0, max: 1 }),
  default: '0.6',
  doc: "Share of an executor's memory for execution and storage; the rest is for user code and the engine itself.",
})

export const MEMORY_STORAGE_FRACTION = define({
  key: 'spark.memory.storageFraction',
  type: double({ min: 0, max: 1 }),
  default: '0.5',
  doc: 'Share of `spark.memory.fraction` in which cached blocks are safe from eviction by running tasks.',
})

export const EXECUTOR_HEARTBEAT_INTERVAL = define({
  key: 'spark.executor.heartbeatInterval',
  type: duration('ms', { min: 1 }),
  default: '10s',
  doc: 'How often an executor reports to the driver. Must be well below `spark.network.timeout`, after which a silent executor counts as lost.',
})

export const EXECUTOR_HEARTBEAT_MAX_FAILURES = define({
  key: 'spark.executor.heartbeat.maxFailures',
  type: int({ min: 1 }),
  default: '60',
  doc: 'Heartbeats in a row that may go unanswered before an executor ends itself.',
})

export const EXECUTOR_LOGS_MAX_SIZE = define({
  key: 'spark.executor.logs.rolling.maxSize',
  type: bytes(),
  default: '1m',
  doc: "Size at which an executor process's output file is rolled over.",
})

export const EXECUTOR_LOGS_MAX_RETAINED = define({
  key: 'spark.executor.logs.rolling.maxRetainedFiles',
  type: int({ min: -1 }),
  default: '-1',
  doc: 'Rolled files of executor output that are kept; -1 keeps all.',
})

export const EXECUTOR_START_TIMEOUT = define({
  key: 'spark.firesteel.executor.startTimeout',
  type: duration('ms', { min: 1 }),
  default: '30s',
  doc: 'How long an executor process may take from its start to its registration before it counts as failed.',
})

export const EXECUTOR_MAX_FAILURES = define({
  key: 'spark.executor.maxNumFailures',
  type: int({ min: 1 }),
  defaultText: '10 for each executor',
  doc: 'Ends of executors by failure after which no further ones are started. Those that end before they have registered are given up sooner, after twice the number of executors, at least 3, in a row.',
})

export const LOCAL_DIR = define({
  key: 'spark.local.dir',
  type: list,
  defaultText: "(the system's temporary folder)",
  doc: 'Folders with commas between, for shuffle files, spills and blocks on disk. A private folder is made in each and removed at the end.',
})

export const TASK_CPUS = define({
  key: 'spark.task.cpus',
  type: int({ min: 1 }),
  default: '1',
  doc: 'Slots that one task takes.',
})

export const TASK_MAX_FAILURES = define({
  key: 'spark.task.maxFailures',
  type: int({ min: 1 }),
  default: '4',
  doc: 'Failures of one task after which its job fails. With `local[N]` it is 1, with `local[N,F]` it is F.',
})

export const TASK_MAX_DIRECT_RESULT_SIZE = define({
  key: 'spark.task.maxDirectResultSize',
  type: bytes(),
  default: '1m',
  doc: 'Task results up to this size travel with the status message; larger ones are fetched over a data connection.',
})

export const TASK_REAPER_ENABLED = define({
  key: 'spark.task.reaper.enabled',
  type: boolean,
  default: 'true',
  doc: "Stops the thread of a cancelled task that does not end by itself. Spark's default is false; a thread is cheap to stop here.",
})

export const TASK_REAPER_POLLING_INTERVAL = define({
  key: 'spark.task.reaper.pollingInterval',
  type: duration('ms', { min: 1 }),
  default: '10s',
  doc: 'How often a cancelled task that still runs is reported in the log.',
})

export const TASK_REAPER_KILL_TIMEOUT = define({
  key: 'spark.task.reaper.killTimeout',
  type: duration('ms', { min: -1 }),
  default: '500ms',
  doc: "How long a cancelled task may go on before its thread is stopped; -1 waits without end, which is Spark's default.",
})

export const TASK_QUEUE_AHEAD = define({
  key: 'spark.firesteel.task.queueAhead',
  type: int({ min: 0, max: 32 }),
  default: '8',
  doc:
    'Tasks sent to a slot ahead of time, while it runs another, in stages whose tasks take next to no time: the way to the slot ' +
    'and back is then no longer most of the cost. A task that waits behind a long one moves to a free slot. 0 turns it off.',
})
