import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { installPyspark } from '../../.ci/pyspark.js'
import { folders } from './folders.js'

/**
 * Installs Apache Spark from PyPI into bench/build/ unless it is there, compiles the Java programs against its jars, and
 * returns where things are. Needs python3 with venv, and a JDK (javac, jar) that this Spark runs on.
 */
export function setUpSpark(version, log) {
  mkdirSync(folders.build, { recursive: true })
  const { python, home } = installPyspark(version, join(folders.build, `pyspark-${version}`), log)
  return { version, home, python, jar: compile(version, home, log) }
}

function compile(version, home, log) {
  const folder = join(folders.bench, 'spark-java')
  const sources = readdirSync(folder).map((name) => join(folder, name))
  const jar = join(folders.build, `spark-java-${version}.jar`)
  if (existsSync(jar) && sources.every((source) => statSync(source).mtimeMs < statSync(jar).mtimeMs)) return jar
  log('compiling the Java programs')
  const classes = join(folders.build, 'classes')
  rmSync(classes, { recursive: true, force: true })
  step('compiling', 'javac', ['-nowarn', '-cp', join(home, 'jars', '*'), '-d', classes, ...sources])
  step('packing the classes', 'jar', ['--create', '--file', jar, '-C', classes, '.'])
  return jar
}

function step(what, command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  } catch (cause) {
    throw new Error(`set-up of Apache Spark failed while ${what} (${command} ${args[0]}): ${cause.message}`, { cause })
  }
}
