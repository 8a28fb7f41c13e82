#!/usr/bin/env node
// Runs the same things on Firesteel's and on Apache Spark's standalone cluster, alternately, and writes the comparison.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureData, warmPageCache } from '../harness/data.js'
import { setUpFiresteel } from '../harness/firesteel.js'
import { folders } from '../harness/folders.js'
import { describeMachine } from '../harness/machine.js'
import { setUpSpark } from '../harness/spark.js'
import { Cluster, peers } from './daemons.js'
import { report } from './report.js'
import {
  clientMode,
  clusterMode,
  idle,
  killExecutor,
  killWorker,
  masterRecovery,
  recovery,
  start,
} from './scenarios.js'

const usage = `usage: node bench/standalone/run.js [options]
  --rounds <n>          (3)
  --peers <a,b>         firesteel,spark
  --size <n>            1 is a text of 1 GB (1)
  --spark-version <v>   the release of pyspark to install (4.0.1)
  --out <file>          (docs/benchmarks-standalone.md)`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string', default: 'firesteel,spark' },
    size: { type: 'string', default: '1' },
    'spark-version': { type: 'string', default: '4.0.1' },
    out: { type: 'string', default: join(folders.docs, 'benchmarks-standalone.md') },
    help: { type: 'boolean', default: false },
  },
})
const log = (text) => console.error(text)

async function main() {
  if (values.help) return console.log(usage)
  const names = values.peers.split(',')
  setUpFiresteel(log)
  const spark = setUpSpark(values['spark-version'], log)
  const textBytes = Math.round(1e9 * Number(values.size))
  const text = ensureData({ kind: 'words', size: textBytes }, log)
  const measurements = []
  const problems = []
  const note = (name, what, unit, value) => {
    let measurement = measurements.find((candidate) => candidate.what === what)
    if (measurement === undefined) {
      measurement = { what, unit, values: {} }
      measurements.push(measurement)
    }
    measurement.values[name] = [...(measurement.values[name] ?? []), value]
    log(`${name}: ${what} ${value.toFixed(3)} ${unit}`)
  }
  const scenarios = [
    ['pi, client mode', clientMode('pi', ['100000', '2'])],
    ['pi, cluster mode', clusterMode('pi', ['100000', '2'])],
    ['10,000 empty tasks', clientMode('empty-tasks', ['10000', '1'])],
    ['word count', clientMode('word-count', [text, '32', '8'])],
    ['recovery, executor killed', recovery(killExecutor)],
    ['recovery, master killed', masterRecovery],
    ['recovery, worker killed', recovery(killWorker)],
  ]
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const name of round % 2 === 1 ? names : names.toReversed()) {
      const peer = peers[name](spark)
      const folder = join(folders.build, 'standalone', name)
      rmSync(folder, { recursive: true, force: true })
      const base = name === 'firesteel' ? 27_077 : 28_077
      const cluster = new Cluster(peer, {
        folder,
        ports: { master: base, webUi: base + 10 },
        options: `-Dspark.deploy.recoveryMode=FILESYSTEM -Dspark.deploy.recoveryDirectory=${join(folder, 'recovery')} -Dspark.master.rest.enabled=false`,
      })
      mkdirSync(join(folder, 'recovery'), { recursive: true })
      try {
        note(name, 'start of the cluster', 's', await start(peer, cluster))
        for (const { name: daemon, megabytes, cpuPercent } of await idle(peer, cluster)) {
          const kind = daemon.split(' ')[0]
          note(name, `idle ${kind}: memory`, 'MB', megabytes)
          note(name, `idle ${kind}: cpu`, '%', cpuPercent)
        }
        for (const [what, scenario] of scenarios) {
          warmPageCache([text])
          try {
            note(name, what, 's', await scenario(peer, cluster, folder))
          } catch (error) {
            problems.push(`${what} on ${peer.title}, round ${round}: ${error.message.split('\n')[0]}`)
            log(problems.at(-1))
          }
        }
      } finally {
        await cluster.stop()
      }
    }
  }
  const options = { rounds: values.rounds, textBytes, date: new Date().toISOString().slice(0, 10) }
  const page = report({ measurements, machine: describeMachine(spark), options, problems })
  const out = resolve(values.out)
  writeFileSync(out, page)
  writeFileSync(out.replace(/\.md$/, '.json'), `${JSON.stringify({ options, measurements, problems }, undefined, 2)}\n`)
  console.log(page)
  if (problems.length > 0) process.exitCode = 1
}

await main()
