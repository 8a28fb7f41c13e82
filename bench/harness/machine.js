import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { folders } from './folders.js'

/** What the numbers depend on: machine and versions. */
export function describeMachine(spark) {
  const processors = cpus()
  return {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    firesteel: firesteelVersion(),
    node: process.version,
    ...(spark === undefined ? {} : sparkVersions(spark)),
  }
}

function firesteelVersion() {
  const { version } = JSON.parse(readFileSync(join(folders.root, 'package.json'), 'utf8'))
  try {
    const git = (args) => execFileSync('git', args, { cwd: folders.root, encoding: 'utf8' }).trim()
    const changed = git(['status', '--porcelain', '--', 'src']) === '' ? '' : ', with uncommitted changes'
    return `${version} (commit ${git(['rev-parse', '--short', 'HEAD'])}${changed})`
  } catch {
    return version // an unpacked archive has no history
  }
}

function sparkVersions(spark) {
  return {
    spark: spark.version,
    java: spawnSync('java', ['-version'], { encoding: 'utf8' }).stderr.trim().split('\n').at(-1),
    python: execFileSync(spark.python, ['--version'], { encoding: 'utf8' }).trim(),
  }
}
