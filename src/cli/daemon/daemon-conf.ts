import { findDefaultsFile, readPropertiesFile, SparkConf } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import type { DaemonArguments } from './daemon-flags.js'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The settings of a daemon: `-Dkey=value` in its own variables, over those in SPARK_DAEMON_JAVA_OPTS, over the properties file.
 *
 * @param options names of variables, the strongest first
 * @throws FS_CONF_FILE, FS_CONF_VALUE, FS_CLUSTER_OPTS
 */
export function daemonConf(args: DaemonArguments, environment: Environment, options: readonly string[]): SparkConf {
  const conf = new SparkConf(false)
  const file = args.values.get('--properties-file') ?? findDefaultsFile(environment)
  if (file !== undefined) conf.merge(readPropertiesFile(file))
  for (const variable of ['SPARK_DAEMON_JAVA_OPTS', ...[...options].reverse()]) {
    for (const [key, value] of javaOptions(environment[variable] ?? '', variable)) conf.set(key, value)
  }
  const secret = environment.SPARK_AUTHENTICATE_SECRET
  if (secret !== undefined && secret !== '') conf.set('spark.authenticate.secret', secret)
  conf.check()
  return conf
}

/** `-Dkey=value` words; quotes may hold spaces. */
export function javaOptions(text: string, variable: string): [string, string][] {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []
  return words.map((word) => {
    const plain = word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2')
    const [, key, value] = /^-D([^=]+)=(.*)$/s.exec(plain) ?? []
    if (key !== undefined && value !== undefined) return [key, value]
    throw new FiresteelError('FS_CLUSTER_OPTS', { variable, word })
  })
}

/**
 * Where a daemon listens: what it is told, else its host's name where the cluster has a secret, else loopback, where none is needed.
 */
export function daemonHost(told: string | undefined, hostName: string, hasSecret: boolean): string {
  return told ?? (hasSecret ? hostName : '127.0.0.1')
}

/** A port from a flag or a variable. @throws FS_SUBMIT_FLAG_VALUE */
export function portOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined || text === '') return undefined
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new FiresteelError('FS_SUBMIT_FLAG_VALUE', { flag: name, needs: 'a port from 0 to 65535', value: text })
}
