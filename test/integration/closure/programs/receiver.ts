// Rebuilds the functions that it is sent, calls them and sends back what came out. Runs as a thread and as a process.
import { parentPort } from 'node:worker_threads'
import { rebuild } from '../../../../src/closure/index.js'
import { outcome } from './outcome.js'

interface Request {
  readonly bytes: Uint8Array
  readonly args: readonly unknown[]
}

async function answer({ bytes, args }: Request): Promise<string> {
  try {
    const fn = await rebuild(bytes, { resolveHandle: (ref) => ref.data, moduleBase: process.cwd() })
    return await outcome(fn as () => unknown, args)
  } catch (error) {
    return `not rebuilt: ${(error as Error).stack}`
  }
}

if (parentPort) {
  const port = parentPort
  port.on('message', (request: Request) => void answer(request).then((text) => port.postMessage(text)))
} else process.on('message', (request: Request) => void answer(request).then((text) => process.send?.(text)))
