import { define } from '../config-entry.js'
import { boolean, duration, int, list, oneOf, text } from '../config-type.js'

export const MASTER_UI_PORT = define({
  key: 'spark.master.ui.port',
  type: int({ min: 0, max: 65535 }),
  default: '8080',
  doc: "First port to try for the master's web UI.",
})

export const MASTER_UI_TITLE = define({
  key: 'spark.master.ui.title',
  type: text,
  doc: "Title of the master's page.",
})

export const MASTER_UI_DECOMMISSION_ALLOW_MODE = define({
  key: 'spark.master.ui.decommission.allow.mode',
  type: oneOf('LOCAL', 'DENY', 'ALLOW'),
  default: 'LOCAL',
  doc: "From where the master's web server takes the decommissioning of workers: this machine only, nowhere, anywhere.",
})

export const MASTER_UI_HISTORY_SERVER_URL = define({
  key: 'spark.master.ui.historyServerUrl',
  type: text,
  doc: "URL of the history server, to which the master's page links completed applications.",
})

export const MASTER_UI_VISIBLE_ENV_VAR_PREFIXES = define({
  key: 'spark.master.ui.visibleEnvVarPrefixes',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: "Environment variables that the master's environment page shows: those that begin so.",
})

export const MASTER_REST_ENABLED = define({
  key: 'spark.master.rest.enabled',
  type: boolean,
  default: 'true',
  doc: 'Whether the master runs the REST server for submissions. On since Spark 4.1, off before.',
})

export const MASTER_REST_HOST = define({
  key: 'spark.master.rest.host',
  type: text,
  defaultText: "(the master's own)",
  doc: 'Address that the REST server binds.',
})

export const MASTER_REST_PORT = define({
  key: 'spark.master.rest.port',
  type: int({ min: 0, max: 65535 }),
  default: '6066',
  doc: 'First port to try for the REST server.',
})

export const MASTER_REST_FILTERS = define({
  key: 'spark.master.rest.filters',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Modules, each with an exported `filter` (a Hono middleware), through which every REST request goes.',
})

export const MASTER_USE_APP_NAME_AS_APP_ID = define({
  key: 'spark.master.useAppNameAsAppId.enabled',
  type: boolean,
  default: 'false',
  doc: "Whether an application's name, made fit for one, is its id.",
})

export const MASTER_USE_DRIVER_ID_AS_APP_NAME = define({
  key: 'spark.master.useDriverIdAsAppName.enabled',
  type: boolean,
  default: 'false',
  doc: "Whether an application submitted in cluster mode gets its driver's id as its name.",
})

export const DEPLOY_RETAINED_APPLICATIONS = define({
  key: 'spark.deploy.retainedApplications',
  type: int({ min: 0 }),
  default: '200',
  doc: 'Completed applications that the master shows.',
})

export const DEPLOY_RETAINED_DRIVERS = define({
  key: 'spark.deploy.retainedDrivers',
  type: int({ min: 0 }),
  default: '200',
  doc: 'Completed drivers that the master shows.',
})

export const DEPLOY_SPREAD_OUT_DRIVERS = define({
  key: 'spark.deploy.spreadOutDrivers',
  type: boolean,
  default: 'true',
  doc: 'Whether drivers are spread over the workers, or put on as few as will do.',
})

export const DEPLOY_SPREAD_OUT_APPS = define({
  key: 'spark.deploy.spreadOutApps',
  type: boolean,
  default: 'true',
  aliases: ['spark.deploy.spreadOut'],
  doc: "Whether an application's executors are spread over the workers, or put on as few as will do.",
})

export const DEPLOY_DEFAULT_CORES = define({
  key: 'spark.deploy.defaultCores',
  type: int({ min: 1 }),
  defaultText: '(no limit)',
  doc: 'Cores of an application that does not set `spark.cores.max`.',
})

export const DEPLOY_MAX_EXECUTOR_RETRIES = define({
  key: 'spark.deploy.maxExecutorRetries',
  type: int(),
  default: '10',
  doc: 'Failures of executors in a row, with none running, after which the master removes an application; -1 for never.',
})

export const DEPLOY_MAX_DRIVERS = define({
  key: 'spark.deploy.maxDrivers',
  type: int({ min: 1 }),
  defaultText: '(no limit)',
  doc: 'Drivers that run at once.',
})

export const DEPLOY_APP_NUMBER_MODULO = define({
  key: 'spark.deploy.appNumberModulo',
  type: int({ min: 2 }),
  doc: 'Number at which the count in application ids begins anew; 2 or more.',
})

export const DEPLOY_APP_ID_PATTERN = define({
  key: 'spark.deploy.appIdPattern',
  type: text,
  default: 'app-%s-%04d',
  doc: 'Form of application ids: %s is the time, %04d the number.',
})

export const DEPLOY_DRIVER_ID_PATTERN = define({
  key: 'spark.deploy.driverIdPattern',
  type: text,
  default: 'driver-%s-%04d',
  doc: 'Form of submission ids: %s is the time, %04d the number.',
})

export const DEPLOY_WORKER_SELECTION_POLICY = define({
  key: 'spark.deploy.workerSelectionPolicy',
  type: oneOf('CORES_FREE_ASC', 'CORES_FREE_DESC', 'MEMORY_FREE_ASC', 'MEMORY_FREE_DESC', 'WORKER_ID'),
  default: 'CORES_FREE_DESC',
  doc: 'Which of the workers that would do is taken first.',
})

export const DEPLOY_RECOVERY_MODE = define({
  key: 'spark.deploy.recoveryMode',
  type: text,
  default: 'NONE',
  doc: "How a master's state outlives it: NONE, FILESYSTEM, ZOOKEEPER or CUSTOM. Spark's ROCKSDB needs native code; FILESYSTEM does the same.",
})

export const DEPLOY_RECOVERY_MODE_FACTORY = define({
  key: 'spark.deploy.recoveryMode.factory',
  type: text,
  doc: 'With CUSTOM: module that exports `recoveryMode`.',
})

export const DEPLOY_RECOVERY_DIRECTORY = define({
  key: 'spark.deploy.recoveryDirectory',
  type: text,
  doc: "With FILESYSTEM: folder for the master's state.",
})

export const DEPLOY_RECOVERY_COMPRESSION_CODEC = define({
  key: 'spark.deploy.recoveryCompressionCodec',
  type: text,
  defaultText: '(none)',
  doc: 'With FILESYSTEM: codec of the stored records.',
})

export const DEPLOY_RECOVERY_TIMEOUT = define({
  key: 'spark.deploy.recoveryTimeout',
  type: duration('s', { min: 1 }),
  defaultText: '(value of spark.worker.timeout)',
  doc: 'How long a new leader waits at most for the workers and applications it knows of.',
})

export const DEPLOY_ZOOKEEPER_URL = define({
  key: 'spark.deploy.zookeeper.url',
  type: text,
  doc: 'With ZOOKEEPER: `host:port` of each server of the ensemble, comma-separated; a path at the end is the root for all.',
})

export const DEPLOY_ZOOKEEPER_DIR = define({
  key: 'spark.deploy.zookeeper.dir',
  type: text,
  default: '/spark',
  doc: 'With ZOOKEEPER: node below which everything is kept.',
})

export const DEPLOY_ZOOKEEPER_SESSION_TIMEOUT = define({
  key: 'spark.firesteel.deploy.zookeeper.sessionTimeout',
  type: duration('ms', { min: 1000 }),
  default: '6s',
  doc: 'With ZOOKEEPER: silence after which the ensemble takes a leader for dead.',
})

export const DEPLOY_ZOOKEEPER_DIGEST = define({
  key: 'spark.firesteel.deploy.zookeeper.digest',
  type: text,
  secret: true,
  defaultText: '(none: nodes are open to all)',
  doc: 'With ZOOKEEPER: `user:password` as whom masters sign in (scheme digest); the nodes that they make are then closed to others.',
})

export const WORKER_TIMEOUT = define({
  key: 'spark.worker.timeout',
  type: duration('s', { min: 1 }),
  default: '60s',
  doc: 'Silence after which the master takes a worker for lost; heartbeats come four times in it.',
})

export const DEAD_WORKER_PERSISTENCE = define({
  key: 'spark.dead.worker.persistence',
  type: int({ min: 0 }),
  default: '15',
  doc: "Worker timeouts for which a dead worker stays on the master's page.",
})

export const WORKER_INITIAL_REGISTRATION_RETRIES = define({
  key: 'spark.worker.initialRegistrationRetries',
  type: int({ min: 1 }),
  default: '6',
  doc: 'Registration attempts in quick succession, before a worker takes its time between them.',
})

export const WORKER_MAX_REGISTRATION_RETRIES = define({
  key: 'spark.worker.maxRegistrationRetries',
  type: int({ min: 1 }),
  default: '16',
  doc: 'Registration attempts after which a worker without a master ends.',
})

export const WORKER_ID_PATTERN = define({
  key: 'spark.worker.idPattern',
  type: text,
  default: 'worker-%s-%s-%d',
  doc: 'Form of worker ids: time, host and port.',
})

export const WORKER_UI_PORT = define({
  key: 'spark.worker.ui.port',
  type: int({ min: 0, max: 65535 }),
  default: '8081',
  doc: "First port to try for a worker's web UI.",
})

export const WORKER_UI_RETAINED_EXECUTORS = define({
  key: 'spark.worker.ui.retainedExecutors',
  type: int({ min: 0 }),
  default: '1000',
  doc: 'Finished executors that a worker shows.',
})

export const WORKER_UI_RETAINED_DRIVERS = define({
  key: 'spark.worker.ui.retainedDrivers',
  type: int({ min: 0 }),
  default: '1000',
  doc: 'Finished drivers that a worker shows.',
})

export const WORKER_RESOURCES_FILE = define({
  key: 'spark.worker.resourcesFile',
  type: text,
  doc: "JSON file that lists the worker's custom resources.",
})

export const WORKER_CLEANUP_ENABLED = define({
  key: 'spark.worker.cleanup.enabled',
  type: boolean,
  default: 'true',
  doc: 'Whether a worker removes the folders of old applications from its work folder.',
})

export const WORKER_CLEANUP_INTERVAL = define({
  key: 'spark.worker.cleanup.interval',
  type: duration('s', { min: 1 }),
  default: '1800s',
  doc: 'How often a worker looks for folders to remove.',
})

export const WORKER_CLEANUP_APP_DATA_TTL = define({
  key: 'spark.worker.cleanup.appDataTtl',
  type: duration('s', { min: 1 }),
  default: '604800s',
  doc: 'Age at which the folder of an application that has ended is removed.',
})

export const STORAGE_CLEANUP_FILES_AFTER_EXECUTOR_EXIT = define({
  key: 'spark.storage.cleanupFilesAfterExecutorExit',
  type: boolean,
  default: 'true',
  doc: "Whether an executor's temporary files go when it ends.",
})

export const WORKER_DRIVER_TERMINATE_TIMEOUT = define({
  key: 'spark.worker.driverTerminateTimeout',
  type: duration('ms', { min: 0 }),
  default: '10s',
  doc: 'How long a driver that is asked to end may take before it is killed.',
})

export const WORKER_DECOMMISSION_SIGNAL = define({
  key: 'spark.worker.decommission.signal',
  type: text,
  default: 'PWR',
  doc: 'Signal on which a worker decommissions itself, without its leading SIG.',
})

export const WORKER_PREFER_CONFIGURED_MASTER_ADDRESS = define({
  key: 'spark.worker.preferConfiguredMasterAddress',
  type: boolean,
  default: 'false',
  doc: "Read for the sake of Spark's files: a worker always dials the addresses that it was given.",
})

export const EXECUTOR_LOGS_ROLLING_STRATEGY = define({
  key: 'spark.executor.logs.rolling.strategy',
  type: oneOf('', 'time', 'size'),
  default: '',
  defaultText: '(none)',
  doc: 'When the log of an executor rolls: never, by `time` or by `size`.',
})

export const EXECUTOR_LOGS_ROLLING_TIME_INTERVAL = define({
  key: 'spark.executor.logs.rolling.time.interval',
  type: text,
  default: 'daily',
  doc: 'With `time`: daily, hourly, minutely, or seconds.',
})

export const EXECUTOR_LOGS_ROLLING_ENABLE_COMPRESSION = define({
  key: 'spark.executor.logs.rolling.enableCompression',
  type: boolean,
  default: 'false',
  doc: 'Whether rolled files are gzipped.',
})

export const CLUSTER_MANAGERS = define({
  key: 'spark.firesteel.clusterManagers',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Modules of further cluster managers, each with an exported `clusterManager`.',
})

export const INSECURE = define({
  key: 'spark.firesteel.insecure',
  type: boolean,
  default: 'false',
  doc: 'Lets a daemon listen beyond loopback without a secret: everybody who reaches it may run code on the cluster.',
})
