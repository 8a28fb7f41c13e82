import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentOf, usage } from './daemons.js'

const IDLE_SECONDS = 20
const EXECUTOR_MEMORY = '1g'

/** Runs spark-submit to its end; returns seconds. */
export function submit(peer, cluster, { flags = [], program, args }) {
  const settings = ['spark.ui.enabled=false', 'spark.log.level=WARN', `spark.executor.memory=${EXECUTOR_MEMORY}`]
  const words = ['--master', cluster.url, ...settings.flatMap((setting) => ['--conf', setting]), ...flags]
  const start = performance.now()
  const child = spawn(peer.submit, [...words, ...peer.program(program), ...args], {
    env: cluster.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve((performance.now() - start) / 1000)
      else reject(new Error(`${peer.title}: ${program} ended with ${code}: ${output.slice(-600)}`))
    })
  })
  return { ended, child, start }
}

/** From the first command until the master has two workers. */
export async function start(_peer, cluster) {
  const begin = performance.now()
  cluster.startMaster()
  cluster.startWorkers()
  await cluster.untilReady()
  return (performance.now() - begin) / 1000
}

/** Memory and cpu of each daemon while nothing runs. */
export async function idle(_peer, cluster) {
  await sleep(3000)
  const before = cluster.names().map((name) => usage(cluster.pid(name)))
  await sleep(IDLE_SECONDS * 1000)
  return cluster.names().map((name, i) => {
    const now = usage(cluster.pid(name))
    return {
      name,
      megabytes: now.bytes / 1e6,
      cpuPercent: ((now.cpuSeconds - before[i].cpuSeconds) / IDLE_SECONDS) * 100,
    }
  })
}

export const clientMode = (program, args) => (peer, cluster) => submit(peer, cluster, { program, args }).ended

/** From the submit until the driver has finished. */
export const clusterMode = (program, args) => async (peer, cluster) => {
  const before = (await cluster.state()).completeddrivers.length
  const run = submit(peer, cluster, {
    flags: ['--deploy-mode', 'cluster', '--driver-memory', '512m', '--conf', 'spark.executor.cores=1'],
    program,
    args,
  })
  const failed = run.ended.then(() => new Promise(() => {}))
  const finished = cluster.until('the end of the driver', (state) => state.completeddrivers.length > before)
  const state = await Promise.race([finished, failed])
  const seconds = (performance.now() - run.start) / 1000
  await run.ended
  const { state: ending } = state.completeddrivers.at(0)
  if (ending !== 'FINISHED') throw new Error(`${peer.title}: the driver ended as ${ending}`)
  return seconds
}

/** Runs short tasks on one core, harms the process that runs them, and returns seconds until the next task of another process. */
export const recovery = (harm) => async (peer, cluster, folder) => {
  const file = join(folder, `ticks-${process.hrtime.bigint()}`)
  const run = submit(peer, cluster, {
    flags: ['--total-executor-cores', '1'],
    program: 'ticker',
    args: [file, '150', '100'],
  })
  try {
    const first = await untilTick(file, () => true)
    await sleep(2000)
    const harmedAt = await harm(cluster, first.pid)
    const next = await untilTick(file, ({ pid }) => pid !== first.pid)
    return (next.at - harmedAt) / 1000
  } finally {
    await run.ended
    rmSync(file, { force: true })
  }
}

export async function killExecutor(_cluster, pid) {
  process.kill(pid, 'SIGKILL')
  return Date.now()
}

export async function killWorker(cluster, pid) {
  const name = cluster.workerOf(parentOf(pid))
  if (name === undefined) throw new Error(`process ${pid} is no child of a worker`)
  const at = Date.now()
  await cluster.kill(name)
  return at
}

/** kill -9 of the master, a new one at once: seconds until it has both workers and has run a new application's job. */
export async function masterRecovery(peer, cluster) {
  const begin = performance.now()
  await cluster.kill('master')
  cluster.startMaster()
  await cluster.untilReady()
  await submit(peer, cluster, { program: 'pi', args: ['100000', '2'] }).ended
  return (performance.now() - begin) / 1000
}

async function untilTick(file, isWanted, timeoutSeconds = 120) {
  const deadline = performance.now() + timeoutSeconds * 1000
  for (;;) {
    const lines = existsSync(file) ? readFileSync(file, 'latin1').trim().split('\n') : []
    const ticks = lines.filter((line) => /^\d+ \d+$/.test(line)).map((line) => line.split(' ').map(Number))
    const found = ticks.map(([pid, at]) => ({ pid, at })).find(isWanted)
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`no such tick in ${timeoutSeconds} s`)
    await sleep(20)
  }
}
