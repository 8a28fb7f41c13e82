// Apache Spark from PyPI, for tests that need the real thing, in a cache outside of the project (400 MB, once).
// Usage: node .ci/pyspark.js            installs it unless it is there; says why it is skipped when there is no Java or no Python
//        node .ci/pyspark.js --where    prints the folder of the installed one; exits with 1 and the reason when there is none
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const version = '4.0.1'
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'firesteel-ci')

/**
 * Installs a release of pyspark into a Python environment of its own, unless it is there.
 *
 * @returns {{ python: string, home: string }} the environment's interpreter, and SPARK_HOME
 */
export function installPyspark(release, environment, log) {
  if (homeOf(environment) === undefined) {
    log(`installing pyspark ${release} into ${environment}`)
    // Whoever finds the folder finds it whole. (Its scripts name the folder in which they were made: only the interpreter is called.)
    const making = `${environment}.${process.pid}`
    rmSync(making, { recursive: true, force: true })
    rmSync(environment, { recursive: true, force: true })
    mkdirSync(join(environment, '..'), { recursive: true })
    run('python3', ['-m', 'venv', making])
    run(join(making, 'bin/python'), ['-m', 'pip', 'install', '--quiet', `pyspark==${release}`])
    renameSync(making, environment)
  }
  return { python: join(environment, 'bin/python'), home: homeOf(environment) }
}

function homeOf(environment) {
  const lib = join(environment, 'lib')
  if (!existsSync(lib)) return undefined
  const homes = readdirSync(lib).map((python) => join(lib, python, 'site-packages/pyspark'))
  return homes.find((home) => existsSync(join(home, 'bin/spark-submit')))
}

function run(command, args) {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

function missing(command, args) {
  try {
    run(command, args)
    return undefined
  } catch (error) {
    return `${command} ${args.join(' ')}: ${error.message.split('\n')[0]}`
  }
}

function main([option]) {
  const environment = join(cache, `pyspark-${version}`)
  const problem = missing('java', ['-version']) ?? missing('python3', ['-c', 'import venv, ensurepip'])
  if (option === '--where') {
    const home = homeOf(environment)
    const reason = problem ?? (home === undefined ? 'not installed; run `node .ci/pyspark.js`' : undefined)
    if (reason === undefined) return console.log(home)
    console.error(reason)
    process.exitCode = 1
    return
  }
  if (problem !== undefined) return console.log(`skipped: Apache Spark needs Java and Python here (${problem})`)
  try {
    console.log(installPyspark(version, environment, console.log).home)
  } catch (error) {
    console.log(`skipped: pyspark could not be installed (${error.message.trim()})`)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2))
