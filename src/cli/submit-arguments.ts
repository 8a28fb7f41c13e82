import { basename } from 'node:path'
import {
  ARCHIVES,
  type ConfigEntry,
  DEPLOY_MODE,
  FILES,
  findEntry,
  JARS,
  JARS_EXCLUDES,
  JARS_PACKAGES,
  JARS_REPOSITORIES,
  type SourcedSettings,
  type SourcedValue,
  SparkConf,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { type GivenFlag, parseFlags } from './parse-flags.js'

/** An application to run, with everything that the command line, the environment and the files say about it. */
export interface SubmitRequest {
  readonly action: 'run'
  readonly application: string
  /** The application's own arguments. */
  readonly args: readonly string[]
  /** Exported function or class to run. */
  readonly className?: string
  readonly deployMode: 'client' | 'cluster'
  /** Every setting with its source. */
  readonly conf: SourcedSettings
  readonly files: readonly string[]
  readonly archives: readonly string[]
  readonly jars: readonly string[]
  readonly packages: readonly string[]
  readonly excludedPackages: readonly string[]
  readonly repositories: readonly string[]
  readonly verbose: boolean
  /** Sentences for the log: keys that are left out because they are no settings. */
  readonly warnings: readonly string[]
}

/** A question or an order about a driver that runs in a cluster. */
export interface DriverRequest {
  readonly action: 'kill' | 'status'
  readonly driverId: string
  readonly conf: SourcedSettings
  readonly warnings: readonly string[]
}

/** What the words after `submit` ask for. */
export type SubmitCommand = SubmitRequest | DriverRequest | { readonly action: 'help' } | { readonly action: 'version' }

/** What the resolution of settings needs from outside. */
export interface SubmitSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Reads a properties file; throws FS_CONF_FILE. */
  readonly readProperties: (path: string) => SourcedSettings
  /** Path of `spark-defaults.conf`, if there is one. */
  readonly defaultsFile: string | undefined
  /** The words that stand on the command line, where others came along another way; all of them unless given. */
  readonly seenWords?: readonly string[]
}

/** Variables of the environment that stand for a setting, weaker than flags and files. */
const environmentKeys = {
  MASTER: 'spark.master',
  DEPLOY_MODE: 'spark.submit.deployMode',
  SPARK_DRIVER_MEMORY: 'spark.driver.memory',
  SPARK_EXECUTOR_MEMORY: 'spark.executor.memory',
  SPARK_EXECUTOR_CORES: 'spark.executor.cores',
  SPARK_AUTHENTICATE_SECRET: 'spark.authenticate.secret',
} as const

const defaultMaster = 'local[*]'

/**
 * Resolves a command line of `spark-submit`. A setting's value comes from the strongest of: its flag, `--conf`, `--properties-file`,
 * `spark-defaults.conf`, the environment, the default. (The application's own code is stronger than all; it speaks later.)
 *
 * @param argv the words after the command
 * @param command named in errors
 * @throws FS_SUBMIT_FLAG and its siblings, FS_SUBMIT_NO_APPLICATION, FS_SUBMIT_NO_CLUSTER_MODE, FS_CONF_VALUE, FS_CONF_FILE
 */
export function parseSubmitArguments(
  argv: readonly string[],
  { command = 'spark-submit', ...surroundings }: SubmitSurroundings & { readonly command?: string },
): SubmitCommand {
  const { flags, application, args } = parseFlags(argv, command)
  const has = (name: string) => flags.some(({ flag }) => flag.name === name)
  if (has('--help')) return { action: 'help' }
  if (has('--version')) return { action: 'version' }
  const order = driverOrder(flags)
  if (application === undefined && order === undefined) throw new FiresteelError('FS_SUBMIT_NO_APPLICATION')

  const warnings: string[] = []
  const conf = resolveSettings(flags, application, { ...surroundings, warnings })
  warnings.unshift(...visibleSecrets(flags, surroundings.seenWords ?? argv))
  const checked = new SparkConf(false).merge(conf)
  checked.check() // the context warns of unknown keys; here only malformed values matter
  if (application === undefined || order !== undefined) {
    const master = checked.get('spark.master', defaultMaster)
    if (master.startsWith('local'))
      throw new FiresteelError('FS_SUBMIT_NO_CLUSTER_MODE', { master, reason: 'it runs no drivers' })
    return { ...(order as DriverOrder), conf, warnings }
  }
  const listOf = (entry: ConfigEntry<readonly string[]>) => checked.get(entry)
  return {
    action: 'run',
    application,
    args,
    className: lastValue(flags, '--class'),
    deployMode: deployModeOf(checked),
    conf,
    files: listOf(FILES),
    archives: listOf(ARCHIVES),
    jars: listOf(JARS),
    packages: listOf(JARS_PACKAGES),
    excludedPackages: listOf(JARS_EXCLUDES),
    repositories: listOf(JARS_REPOSITORIES),
    verbose: has('--verbose'),
    warnings,
  }
}

type Settings = Map<string, SourcedValue>

/** From the weakest to the strongest; each overwrites what came before. */
function resolveSettings(
  flags: readonly GivenFlag[],
  application: string | undefined,
  { environment, readProperties, defaultsFile, warnings }: SubmitSurroundings & { readonly warnings: string[] },
): SourcedSettings {
  const settings: Settings = new Map()
  settings.set('spark.master', { value: defaultMaster, source: { kind: 'default' } })
  if (application !== undefined) {
    settings.set('spark.app.name', { value: basename(application), source: { kind: 'default' } })
  }
  addEnvironment(settings, environment)

  const propertiesFile = lastValue(flags, '--properties-file')
  const wantsDefaults = propertiesFile === undefined || flags.some(({ flag }) => flag.name === '--load-spark-defaults')
  const paths = [wantsDefaults ? defaultsFile : undefined, propertiesFile].filter((path) => path !== undefined)
  for (const path of paths) addFile(settings, readProperties(path), warnings)

  for (const given of flags) if (given.flag.name === '--conf') addConf(settings, given, warnings)
  for (const { flag, value = 'true' } of flags) {
    if (flag.key === undefined) continue
    settings.set(flag.key, { value, source: { kind: 'flag', flag: flag.name } })
  }
  return settings
}

function addEnvironment(settings: Settings, environment: SubmitSurroundings['environment']): void {
  for (const [variable, key] of Object.entries(environmentKeys)) {
    const value = environment[variable]
    if (value) settings.set(key, { value, source: { kind: 'environment', variable } })
  }
}

function addFile(settings: Settings, properties: SourcedSettings, warnings: string[]): void {
  for (const [key, value] of properties) {
    if (key.startsWith('spark.')) settings.set(key, value)
    else warnings.push(foreignKey(key))
  }
}

function addConf(settings: Settings, { flag, value = '' }: GivenFlag, warnings: string[]): void {
  const equals = value.indexOf('=')
  if (equals < 1) throw new FiresteelError('FS_SUBMIT_FLAG_VALUE', { flag: flag.name, needs: 'key=value', value })
  const key = value.slice(0, equals).trim()
  if (!key.startsWith('spark.')) warnings.push(foreignKey(key))
  else settings.set(key, { value: value.slice(equals + 1), source: { kind: 'flag', flag: flag.name } })
}

function visibleSecrets(flags: readonly GivenFlag[], seenWords: readonly string[]): string[] {
  const seen = flags.filter(
    ({ flag, value = '' }) => flag.name === '--conf' && seenWords.some((word) => word.endsWith(value)),
  )
  const keys = seen.map(({ value = '' }) => value.slice(0, Math.max(0, value.indexOf('='))).trim())
  return keys.filter((key) => findEntry(key)?.secret === true).map(visibleSecret)
}

function visibleSecret(key: string): string {
  return `${key} on a command line is seen by everybody on this machine: put it into a properties file, or a variable of the environment`
}

function foreignKey(key: string): string {
  return `${key} is ignored: the name of a setting begins with spark.`
}

function lastValue(flags: readonly GivenFlag[], name: string): string | undefined {
  return flags.findLast(({ flag }) => flag.name === name)?.value
}

function deployModeOf(conf: SparkConf): 'client' | 'cluster' {
  const mode = conf.get(DEPLOY_MODE)
  const master = conf.get('spark.master', defaultMaster)
  if (mode === 'cluster' && master.startsWith('local')) {
    throw new FiresteelError('FS_SUBMIT_NO_CLUSTER_MODE', { master, reason: 'it runs the driver in this process' })
  }
  return mode
}

type DriverOrder = Pick<DriverRequest, 'action' | 'driverId'>

/** `--kill` or `--status`; the last one counts. */
function driverOrder(flags: readonly GivenFlag[]): DriverOrder | undefined {
  const given = flags.findLast(({ flag }) => flag.name === '--kill' || flag.name === '--status')
  if (given?.value === undefined) return undefined
  return { action: given.flag.name === '--kill' ? 'kill' : 'status', driverId: given.value }
}
