import { createInterface } from 'node:readline'
import type { ExecutorLaunchData } from './executor-launch.js'
import { runExecutorProcess } from './executor-process.js'

// The launch data comes as one line on standard input, which then stays open: its end means that the launcher is gone.
const launcher = new AbortController()
const lines = createInterface({ input: process.stdin })
lines.once('line', (line) => {
  void runExecutorProcess(JSON.parse(line) as ExecutorLaunchData, {
    environment: process.env,
    launcher: launcher.signal,
  })
})
process.stdin.once('end', () => {
  launcher.abort()
  process.exit(0)
})
