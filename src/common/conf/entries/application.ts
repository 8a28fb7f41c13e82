import { define } from '../config-entry.js'
import { boolean, bytes, duration, int, list, oneOf, regex, text } from '../config-type.js'

export const APP_NAME = define({
  key: 'spark.app.name',
  type: text,
  doc: 'Name of the application, shown in logs and listener events.',
})

export const APP_ID = define({
  key: 'spark.app.id',
  type: text,
  defaultText: '(made at start)',
  doc: 'Identity of the application. Set by the cluster manager or made at start; seldom set by hand.',
})

export const MASTER = define({
  key: 'spark.master',
  type: text,
  defaultText: '(local[*] when started by spark-submit)',
  doc: 'Where to run: `local`, `local[N]`, `local[*]`, `local[N,F]` or `local-cluster[executors,cores,memoryMB]`.',
})

export const DEPLOY_MODE = define({
  key: 'spark.submit.deployMode',
  type: oneOf('client', 'cluster'),
  default: 'client',
  doc: 'Whether the driver runs where it was submitted (`client`) or inside the cluster (`cluster`). Local masters know only `client`.',
})

export const DRIVER_HOST = define({
  key: 'spark.driver.host',
  type: text,
  defaultText: '(127.0.0.1 for local masters, else the host name)',
  doc: 'Host name or address that executors use to reach the driver.',
})

export const DRIVER_BIND_ADDRESS = define({
  key: 'spark.driver.bindAddress',
  type: text,
  defaultText: '(value of spark.driver.host)',
  doc: 'Address that the driver listens on, when it differs from the one it is reached by (containers, address translation).',
})

export const DRIVER_PORT = define({
  key: 'spark.driver.port',
  type: int({ min: 0, max: 65535 }),
  default: '0',
  doc: 'Port that the driver listens on; 0 takes a free one.',
})

export const PORT_MAX_RETRIES = define({
  key: 'spark.port.maxRetries',
  type: int({ min: 0 }),
  default: '16',
  doc: 'How many following ports are tried when a given one is taken; 0 fails at once.',
})

export const DRIVER_MEMORY = define({
  key: 'spark.driver.memory',
  type: bytes('m', { min: 2 ** 20 }),
  default: '1g',
  doc: "Memory of the driver process. With a local master it is what the tasks share. It does not change V8's own heap limit once the process runs.",
})

export const DRIVER_CORES = define({
  key: 'spark.driver.cores',
  type: int({ min: 1 }),
  default: '1',
  doc: 'Cores of the driver, in cluster deploy mode.',
})

export const DRIVER_MAX_RESULT_SIZE = define({
  key: 'spark.driver.maxResultSize',
  type: bytes(),
  default: '1g',
  doc: 'Limit on the bytes of all results of one action. A job that exceeds it is ended with an error that names what to use instead; 0 is no limit.',
})

export const DRIVER_ALLOW_MULTIPLE_CONTEXTS = define({
  key: 'spark.driver.allowMultipleContexts',
  type: boolean,
  default: 'false',
  doc: 'Lets a process have several running SparkContexts. Spark dropped this key in version 3; here it works.',
})

export const LOG_LEVEL = define({
  key: 'spark.log.level',
  type: oneOf('ALL', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'OFF'),
  default: 'WARN',
  doc: 'Least severe level that is logged. Spark takes its default, INFO, from a file of its logging library.',
})

export const LOG_STRUCTURED = define({
  key: 'spark.log.structuredLogging.enabled',
  type: boolean,
  default: 'false',
  aliases: ['spark.log.structured'],
  doc: 'Writes each log line as one JSON object instead of text for people.',
})

export const LOG_FILE = define({
  key: 'spark.firesteel.log.file',
  type: text,
  doc: 'File to which structured log lines are appended, in addition to what goes to the console.',
})

export const LOG_CONF = define({
  key: 'spark.logConf',
  type: boolean,
  default: 'false',
  doc: 'Logs the effective settings when a context starts, at level INFO, secrets redacted.',
})

export const SHOW_CONSOLE_PROGRESS = define({
  key: 'spark.ui.showConsoleProgress',
  type: boolean,
  defaultText: 'true on a terminal, else false',
  doc: 'Shows a line on the terminal with the progress of running stages. Without a terminal there is none.',
})

export const CONSOLE_PROGRESS_INTERVAL = define({
  key: 'spark.ui.consoleProgress.update.interval',
  type: duration('ms', { min: 1 }),
  default: '200ms',
  doc: 'How often the progress line is refreshed.',
})

export const FILES = define({
  key: 'spark.files',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Files for the working directory of each executor; `SparkFiles.get(name)` gives their path.',
})

export const ARCHIVES = define({
  key: 'spark.archives',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Archives (.tgz, .tar.gz, .tar, .zip) unpacked for each executor; `#name` after a path names the folder.',
})

export const JARS = define({
  key: 'spark.jars',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Additional code for driver and executors: JavaScript files or npm tarballs. The name is kept from Spark.',
})

export const JARS_FOLDERS = define({
  key: 'spark.firesteel.jars.folders',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Folders whose node_modules holds packages that tasks import by name. spark-submit sets it to what it installed for `--packages` and `--jars`.',
})

export const JARS_PACKAGES = define({
  key: 'spark.jars.packages',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'npm packages that the application needs, as `name@version`; resolved once, where it is submitted.',
})

export const JARS_EXCLUDES = define({
  key: 'spark.jars.excludes',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'npm packages to leave out when those of `spark.jars.packages` are resolved.',
})

export const JARS_REPOSITORIES = define({
  key: 'spark.jars.repositories',
  type: list,
  default: '',
  defaultText: '(the one npm is set up with)',
  doc: 'npm registries, by URL, for `spark.jars.packages`; npm takes one, so only the first is used.',
})

export const REDACTION_REGEX = define({
  key: 'spark.redaction.regex',
  type: regex,
  default: '(?i)secret|password|token|access[.]?key',
  doc: 'Settings whose key or value matches are shown as redacted in logs, listings and listener events.',
})

export const EXTRA_LISTENERS = define({
  key: 'spark.extraListeners',
  type: list,
  default: '',
  defaultText: '(none)',
  doc: 'Modules whose default export is a SparkListener class; one of each is registered when the context starts.',
})
