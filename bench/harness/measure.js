import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { measuresTrees, ProcessTree, RUN_MARK, reapedCpuSeconds } from './process-tree.js'

const SAMPLE_MILLISECONDS = 50
const STRAGGLER_MILLISECONDS = 10_000
const STDERR_KEPT = 8_000

let running
/** Stops the run under way, if there is one. */
export const stopRunning = () => running?.kill('SIGKILL')

/**
 * Runs a command to its end. Wall time is from its start to the end of the first process; what it leaves running is waited
 * for, counted in cpu time, and stopped after ten seconds. Cpu time is the greater of two sums, since each alone misses
 * something: the time of reaped descendants, and the last sample of each member of the tree. Memory is the resident set,
 * summed over the tree, so pages that processes share count once for each.
 */
export async function measure({ command, args, env, cwd }, timeoutSeconds) {
  const load = loadavg()[0]
  const cpuBefore = measuresTrees ? reapedCpuSeconds() : 0
  const mark = randomUUID()
  const start = performance.now()
  const child = spawn(command, args, {
    cwd,
    env: { ...env, [RUN_MARK]: mark },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const tree = new ProcessTree(child.pid)
  running = { kill: (signal) => stop(child, tree, signal) }
  const output = collect(child)
  const closed = new Promise((resolve) => child.once('close', resolve))
  let timedOut = false
  const deadline = setTimeout(() => {
    timedOut = true
    running.kill('SIGKILL')
  }, timeoutSeconds * 1000)
  const sampler = measuresTrees ? setInterval(() => tree.sample(), SAMPLE_MILLISECONDS) : undefined
  const { exitCode, wallSeconds } = await ended(child, start)
  clearTimeout(deadline)
  clearInterval(sampler)
  const stragglers = measuresTrees ? await waitForStragglers(tree, mark) : 0
  await closed
  running = undefined
  return {
    exitCode: timedOut ? 'timeout' : exitCode,
    wallSeconds,
    cpuSeconds: measuresTrees ? Math.max(reapedCpuSeconds() - cpuBefore, tree.cpuSeconds) : undefined,
    peakBytes: measuresTrees ? tree.peakBytes : undefined,
    stragglers,
    loadBefore: load,
    ...output,
  }
}

function ended(child, start) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      resolve({ exitCode: code ?? signal, wallSeconds: (performance.now() - start) / 1000 })
    })
  })
}

function collect(child) {
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr = (output.stderr + text).slice(-STDERR_KEPT)
  })
  return output
}

/** Waits until the whole tree is gone; returns how many processes had to be stopped. */
async function waitForStragglers(tree, mark) {
  tree.adopt(mark)
  const deadline = performance.now() + STRAGGLER_MILLISECONDS
  for (;;) {
    const alive = tree.sample()
    if (alive === 0) return 0
    if (performance.now() > deadline) {
      tree.kill('SIGKILL')
      return alive
    }
    await sleep(SAMPLE_MILLISECONDS)
  }
}

function stop(child, tree, signal) {
  if (measuresTrees) tree.kill(signal)
  else child.kill(signal)
}
