import { createInterface } from 'node:readline'
import { type ExecutorLaunchData, runExecutorProcess } from './executor-process.js'

// The launch data comes as one line on standard input, which then stays open: its end means that the launcher is gone.
const lines = createInterface({ input: process.stdin })
lines.once('line', (line) => {
  void runExecutorProcess(JSON.parse(line) as ExecutorLaunchData, process.env)
})
process.stdin.once('end', () => process.exit(0))
