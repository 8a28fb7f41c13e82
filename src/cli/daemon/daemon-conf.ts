import { findDefaultsFile, INSECURE, readPropertiesFile, SparkConf } from '../../common/conf/index.js'
import type { DaemonArguments } from './daemon-flags.js'
import { parseJavaOptions } from './java-options.js'

type Environment = Readonly<Record<string, string | undefined>>

export interface DaemonConf {
  readonly conf: SparkConf
  /** What was given and has no effect, a sentence each. */
  readonly warnings: readonly string[]
}

/**
 * The settings of a daemon: `-Dkey=value` in its own variable, over those in SPARK_DAEMON_JAVA_OPTS, over the properties file.
 *
 * @param ownOptions name of its own variable
 * @throws FS_CONF_FILE, FS_CONF_VALUE, FS_CLUSTER_OPTS
 */
export function daemonConf(args: DaemonArguments, environment: Environment, ownOptions: string): DaemonConf {
  const conf = new SparkConf(false)
  const warnings: string[] = []
  const file = args.values.get('--properties-file') ?? findDefaultsFile(environment)
  if (file !== undefined) conf.merge(readPropertiesFile(file))
  for (const variable of ['SPARK_DAEMON_JAVA_OPTS', ownOptions]) {
    const { settings, withoutEffect } = parseJavaOptions(environment[variable] ?? '', variable)
    for (const [key, value] of settings) conf.set(key, value)
    for (const word of withoutEffect)
      warnings.push(`${word} in ${variable} has no effect: it is about the Java virtual machine`)
  }
  const secret = environment.SPARK_AUTHENTICATE_SECRET
  if (secret !== undefined && secret !== '') conf.set('spark.authenticate.secret', secret)
  if (environment.SPARK_DAEMON_CLASSPATH)
    warnings.push('SPARK_DAEMON_CLASSPATH has no effect: it is about the Java virtual machine')
  warnings.push(...conf.check().map(({ text }) => text))
  return { conf, warnings }
}

/** Whether a daemon may listen beyond loopback without a secret. */
export function isInsecure(conf: SparkConf): boolean {
  return conf.get(INSECURE)
}
