import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { FiresteelError } from '../common/errors/index.js'

type Environment = Record<string, string | undefined>

/** Says that the file has been read, as in Spark: a command that another one started does not read it again. */
const loadedMark = 'SPARK_ENV_LOADED'
const timeoutMs = 20_000

/** Path of `spark-env.sh`: in SPARK_CONF_DIR, else in SPARK_HOME/conf; undefined when there is none. */
export function findSparkEnv({ SPARK_CONF_DIR: confDir, SPARK_HOME: home }: Environment): string | undefined {
  const folder = confDir || (home && join(home, 'conf'))
  const path = folder ? join(folder, 'spark-env.sh') : undefined
  return path !== undefined && existsSync(path) ? path : undefined
}

/**
 * The variables that `spark-env.sh` sets or changes, which bash runs: it may hold any shell code.
 *
 * @throws FS_CONF_SPARK_ENV when it fails or there is no bash
 */
export function sparkEnvVariables(environment: Environment): Environment {
  const path = environment[loadedMark] === undefined ? findSparkEnv(environment) : undefined
  if (path === undefined) return {}
  const script = 'bash -n "$1" || exit 2; set -a; . "$1" 1>&2; exec env -0'
  let output: string
  try {
    output = execFileSync('bash', ['-c', script, 'spark-env', path], {
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: timeoutMs,
      maxBuffer: 16 * 2 ** 20,
    })
  } catch (cause) {
    throw new FiresteelError('FS_CONF_SPARK_ENV', { path, problem: (cause as Error).message.split('\n')[0] }, { cause })
  }
  const after = output.split('\0').flatMap((line): [string, string][] => {
    const at = line.indexOf('=')
    return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)]]
  })
  const own = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD'])
  const changed = after.filter(([name, value]) => !own.has(name) && environment[name] !== value)
  return { ...Object.fromEntries(changed), [loadedMark]: '1' }
}
