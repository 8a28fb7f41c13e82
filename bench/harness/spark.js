import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { folders } from './folders.js'

/**
 * Installs Apache Spark from PyPI into bench/build/ unless it is there, compiles the Java programs against its jars, and
 * returns where things are. Needs python3 with venv, and a JDK (javac, jar) that this Spark runs on.
 */
export function setUpSpark(version, log) {
  mkdirSync(folders.build, { recursive: true })
  const environment = join(folders.build, `pyspark-${version}`)
  const python = join(environment, 'bin/python')
  if (!existsSync(join(environment, 'bin/spark-submit'))) {
    log(`installing pyspark ${version} into bench/build/`)
    rmSync(environment, { recursive: true, force: true })
    step('making a Python environment', 'python3', ['-m', 'venv', environment])
    step('installing pyspark', python, ['-m', 'pip', 'install', '--quiet', `pyspark==${version}`])
  }
  const home = step('finding pyspark', python, [
    '-c',
    'import os, pyspark; print(os.path.dirname(pyspark.__file__))',
  ]).trim()
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
