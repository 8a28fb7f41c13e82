#!/usr/bin/env node
// Runs the same programs on Firesteel and on Apache Spark, alternately, and writes the comparison; see README.md.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureData, warmPageCache } from './harness/data.js'
import { setUpFiresteel } from './harness/firesteel.js'
import { folders } from './harness/folders.js'
import { describeMachine } from './harness/machine.js'
import { measure, stopRunning } from './harness/measure.js'
import { parseOptions, usage } from './harness/options.js'
import { peerCommand } from './harness/peers.js'
import { parseOutput } from './harness/program-output.js'
import { writeReport } from './harness/report.js'
import { setUpSpark } from './harness/spark.js'
import { summarise } from './harness/summary.js'

const LINES_OF_CAUSE = 8

const log = (text) => console.error(text)

async function main() {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) return console.log(usage)
  for (const folder of [folders.build, folders.scratch]) mkdirSync(folder, { recursive: true })
  if (options.peers.includes('firesteel')) setUpFiresteel(log)
  const spark = options.peers.some((peer) => peer !== 'firesteel') ? setUpSpark(options.sparkVersion, log) : undefined
  const context = { options, spark }
  const runs = []
  for (const [index, program] of options.programs.entries()) {
    const inputs = (program.data?.(options.scale) ?? []).map((data) => ensureData(data, log))
    for (let round = 1; round <= options.rounds; round++) {
      for (const peer of inTurn(options.peers, index + round)) {
        if (program.leavesOut?.[peer] !== undefined) continue
        runs.push(await runOnce({ program, peer, round, inputs }, context))
      }
    }
  }
  rmSync(folders.scratch, { recursive: true, force: true })
  const summary = summarise(runs, options)
  const machine = { ...describeMachine(spark), load: loadOf(runs) }
  console.log(writeReport({ date: new Date().toISOString(), options, machine, summary, runs }))
  for (const problem of summary.problems) log(`problem: ${problem}`)
  if (summary.problems.length > 0) process.exitCode = 1
}

/** Least and greatest load average before a run, by which a reader can tell whether others used the machine. */
function loadOf(runs) {
  const loads = runs.map((run) => run.loadBefore)
  return { least: Math.min(...loads), greatest: Math.max(...loads) }
}

/** Each round starts with another peer, so that none always runs first. */
function inTurn(peers, turn) {
  const first = turn % peers.length
  return [...peers.slice(first), ...peers.slice(0, first)]
}

async function runOnce({ program, peer, round, inputs }, context) {
  const output = join(folders.output, program.name)
  rmSync(output, { recursive: true, force: true })
  mkdirSync(folders.output, { recursive: true })
  warmPageCache(inputs)
  const args = program.args(context.options.scale, inputs, output)
  const command = peerCommand(peer, program.source ?? program.name, args, context)
  const { stdout, stderr, ...measured } = await measure(command, context.options.timeoutSeconds)
  const run = { program: program.name, peer, round, args: args.map(withoutFolder), ...measured, ...parseOutput(stdout) }
  if (run.exitCode !== 0) run.failure = `ended with ${run.exitCode}: ${causeIn(stderr)}`
  else check(run, () => program.verify?.(output, inputs))
  rmSync(output, { recursive: true, force: true })
  log(
    `${program.name} round ${round} ${peer}: ${run.wallSeconds.toFixed(2)} s wall, ${run.cpuSeconds?.toFixed(2)} s cpu, ` +
      `${Math.round((run.peakBytes ?? 0) / 1e6)} MB${run.failure === undefined ? '' : `, FAILED: ${run.failure}`}`,
  )
  return run
}

/** The lines from the first that speaks of an error; the last lines when none does. */
function causeIn(stderr) {
  const lines = stderr.trim().split('\n')
  const first = lines.findIndex((line) => /error|exception|traceback/i.test(line))
  return (first === -1 ? lines.slice(-LINES_OF_CAUSE) : lines.slice(first, first + LINES_OF_CAUSE)).join('\n')
}

/** A run counts only with a checksum: the program's own line, or what `verify` finds on disk. */
function check(run, verify) {
  try {
    run.checksum ??= verify()
    if (run.checksum === undefined) run.failure = 'printed no checksum'
  } catch (error) {
    run.failure = error.message
  }
}

const withoutFolder = (argument) => argument.replace(`${folders.bench}/`, '')

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    stopRunning()
    process.exit(130)
  })
}

main().catch((error) => {
  stopRunning()
  log(`bench: ${error.message}`)
  process.exitCode = 1
})
