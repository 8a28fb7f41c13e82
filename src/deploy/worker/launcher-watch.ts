import { Worker } from 'node:worker_threads'
import type { DriverLaunchData } from './driver-launch.js'

/**
 * Runs in a thread of its own, from its text, since the program may keep the main thread busy: it hands over the first line of standard
 * input, and when that ends, the process gets a moment to end as on SIGTERM, then none; unless it was started to outlive its launcher.
 */
const watch = `
import { Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
const input = new Socket({ fd: 0, readable: true, writable: false })
let text = ''
let isHandedOver = false
let isEnding = false
input.setEncoding('utf8')
input.on('data', (piece) => {
  if (isHandedOver) return
  text += piece
  const end = text.indexOf('\\n')
  if (end < 0) return
  isHandedOver = true
  isEnding = JSON.parse(text.slice(0, end)).outlivesLauncher === true
  parentPort.postMessage(text.slice(0, end))
  text = ''
})
function end() {
  if (isEnding) return
  isEnding = true
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), workerData.graceMs)
}
input.on('close', end)
input.on('error', end)
`

/** Between SIGTERM and SIGKILL, once the worker is gone. */
const graceMs = 2000

/** Resolves with the launch data; from then on the end of standard input ends this process, however busy it is. */
export function watchLauncher(): Promise<DriverLaunchData> {
  const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(watch)}`), {
    workerData: { graceMs },
    env: {},
    execArgv: [],
    stdin: false,
  })
  return new Promise((resolve, reject) => {
    thread.once('error', reject)
    thread.once('message', (line: string) => {
      thread.unref()
      resolve(JSON.parse(line) as DriverLaunchData)
    })
  })
}
