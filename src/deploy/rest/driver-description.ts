import type { ApplicationFile, DriverDescription, ResourceAmounts } from '../../cluster/standalone/index.js'
import {
  ARCHIVES,
  AUTHENTICATE_SECRET,
  AUTHENTICATE_SECRET_FILE,
  type ConfigEntry,
  DRIVER_CORES,
  DRIVER_MEMORY,
  DRIVER_SUPERVISE,
  FILES,
  JARS,
  JARS_PACKAGES,
  SparkConf,
} from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import type { CreateSubmissionRequest } from '../rest-client/index.js'
import { resourceFile, type UploadedBytes } from './resource-file.js'

/** What a description needs that is not in the request. */
export interface DescriptionContext {
  readonly token: string
  /** Who submits, where a filter has found out; else whoever the request says by `SPARK_USER`. */
  readonly user: string | undefined
  /** `spark://host:port` of the master and of its REST server. */
  readonly masterUrl: string
  readonly restUrl: string | undefined
  /** Variables of the master's own environment that a `{{NAME}}` stands for. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly uploadedBytes?: UploadedBytes
}

/**
 * What is to be run for a request, in the master's words.
 *
 * @throws FS_REST_REQUEST, FS_CONF_VALUE
 */
export async function describeDriver(
  request: CreateSubmissionRequest,
  context: DescriptionContext,
): Promise<DriverDescription> {
  const settings = sparkSettings(request, context)
  const conf = new SparkConf(false).setAll(settings)
  conf.check()
  if (conf.get(JARS_PACKAGES).length > 0) {
    const advice = `give their tarballs as ${JARS.key}, or use Firesteel's own spark-submit`
    throw malformed(`${JARS_PACKAGES.key}: packages are resolved by the client that submits; ${advice}`)
  }
  const program = findProgram(request)
  const environment = driverEnvironment(request, context)
  const filesOf = (entry: ConfigEntry<readonly string[]>) => resourceFiles(entry, conf, context)
  const application = await resourceFile(program.application, { ...context, field: 'appResource' })
  const jars = await filesOf(JARS)
  return {
    token: context.token,
    name: conf.get('spark.app.name', ''),
    user: context.user || environment.SPARK_USER || 'unknown',
    application,
    ...(program.className === undefined ? {} : { className: program.className }),
    args: program.args,
    // The files travel by their own fields, from which the worker writes these settings anew.
    settings: Object.fromEntries(Object.entries(settings).filter(([key]) => !leftOut.has(key))),
    environment,
    // Spark's own client lists the application among the jars.
    jars: jars.filter((jar) => !isSameFile(jar, application)),
    files: await filesOf(FILES),
    archives: await filesOf(ARCHIVES),
    packages: [],
    cores: conf.get(DRIVER_CORES),
    memoryMiB: Math.floor(conf.get(DRIVER_MEMORY) / 2 ** 20),
    supervise: conf.get(DRIVER_SUPERVISE),
    resources: driverResources(conf),
  }
}

/** Carried by fields of their own, or what the worker gives its drivers by itself. */
const leftOut: ReadonlySet<string> = new Set([
  JARS.key,
  FILES.key,
  ARCHIVES.key,
  AUTHENTICATE_SECRET.key,
  AUTHENTICATE_SECRET_FILE.key,
])

interface Program {
  readonly application: string
  readonly className?: string
  readonly args: readonly string[]
}

const sparkSubmitClass = 'org.apache.spark.deploy.SparkSubmit'

/** Spark's documentation runs scripts by the class SparkSubmit, with the script as first argument. */
function findProgram({ appResource, mainClass, appArgs }: CreateSubmissionRequest): Program {
  if (mainClass !== sparkSubmitClass) {
    if (appResource === '') throw malformed("the field 'appResource' is empty")
    return { application: appResource, ...(mainClass === '' ? {} : { className: mainClass }), args: appArgs }
  }
  const [application, ...args] = appArgs
  if (application === undefined) throw malformed(`with ${sparkSubmitClass}, appArgs begin with the application`)
  if (application.startsWith('-')) {
    const advice = 'give its settings as sparkProperties and --class as mainClass'
    throw malformed(`with ${sparkSubmitClass}, appArgs begin with the application, not with flags; ${advice}`)
  }
  return { application, args }
}

function sparkSettings(request: CreateSubmissionRequest, context: DescriptionContext): Record<string, string> {
  const given = Object.entries(request.sparkProperties).filter(([key]) => key.startsWith('spark.'))
  const settings = given.map(([key, value]): [string, string] => [key, fillIn(value, context)])
  return { ...Object.fromEntries(settings), 'spark.master': mastersOf(request, context) }
}

/**
 * Where the driver finds the masters. Of several, all that the client named, by their port for applications instead of that for REST; of one,
 * this master by its own name, since the client may have come through a tunnel or a proxy.
 */
function mastersOf({ sparkProperties }: CreateSubmissionRequest, { masterUrl, restUrl }: DescriptionContext): string {
  const given = sparkProperties['spark.master'] ?? ''
  if (!given.startsWith('spark://') || !given.includes(',')) return masterUrl
  const restPort = restUrl === undefined ? undefined : portOf(restUrl)
  const masterPort = portOf(masterUrl)
  const hosts = given.slice('spark://'.length).split(',')
  const replaced = hosts.map((host) => (portOf(host) === restPort ? host.replace(/:\d+\/?$/, `:${masterPort}`) : host))
  return `spark://${replaced.join(',')}`
}

function portOf(url: string): string | undefined {
  return /:(\d+)\/?$/.exec(url)?.[1]
}

/** The cluster's secret, and options that may name it: nothing that a description of a driver, which is stored and shown, may hold. */
const ofTheCluster = /^_?SPARK_(?:AUTH|\w*OPTS$)/

/** `{{NAME}}` stands for a variable of the master's environment; one that is not there stays as it is. */
function fillIn(value: string, { environment }: DescriptionContext): string {
  const [, name] = /^\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}$/.exec(value) ?? []
  if (name === undefined || ofTheCluster.test(name) || !Object.hasOwn(environment, name)) return value
  return environment[name] ?? value
}

/** Of the client's machine, and without meaning on the worker's. */
const clientVariables = /^(?:SPARK_LOCAL_IP|SPARK_LOCAL_HOSTNAME|SPARK_HOME|SPARK_CONF_DIR|SPARK_ENV_LOADED)$/

function driverEnvironment(request: CreateSubmissionRequest, context: DescriptionContext): Record<string, string> {
  const given = Object.entries(request.environmentVariables).filter(([name]) => !clientVariables.test(name))
  for (const [name] of given) {
    if (name === '' || name.includes('=') || name.includes('\0'))
      throw malformed('a name in environmentVariables is empty, or has a = or a zero byte in it')
  }
  const environment = Object.fromEntries(given.map(([name, value]) => [name, fillIn(value, context)]))
  return context.user === undefined ? environment : { ...environment, SPARK_USER: context.user }
}

function resourceFiles(
  entry: ConfigEntry<readonly string[]>,
  conf: SparkConf,
  { uploadedBytes }: DescriptionContext,
): Promise<ApplicationFile[]> {
  return Promise.all(conf.get(entry).map((given) => resourceFile(given, { field: entry.key, uploadedBytes })))
}

function isSameFile(a: ApplicationFile, b: ApplicationFile): boolean {
  if (a.kind === 'blob') return b.kind === 'blob' && a.hash === b.hash
  return b.kind === 'url' && a.url === b.url
}

/** `spark.driver.resource.<name>.amount`. */
function driverResources(conf: SparkConf): ResourceAmounts {
  const amounts = conf.getAllWithPrefix('spark.driver.resource.').flatMap(([rest]) => {
    const [, name] = /^(.+)\.amount$/.exec(rest) ?? []
    return name === undefined ? [] : [[name, conf.getInt(`spark.driver.resource.${rest}`, 0)] as const]
  })
  for (const [name, amount] of amounts) {
    if (amount < 0) throw malformed(`spark.driver.resource.${name}.amount is less than 0`)
  }
  return Object.fromEntries(amounts.filter(([, amount]) => amount > 0))
}

function malformed(problem: string): FiresteelError {
  return new FiresteelError('FS_REST_REQUEST', { problem })
}
