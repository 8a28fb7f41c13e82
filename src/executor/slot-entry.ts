import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { registerOwnModule } from '../closure/index.js'
import { distFile } from '../common/index.js'
import { ownThread } from './os-thread.js'
import { Slot, type SlotData } from './slot.js'
import type { FromSlot, ToSlot } from './task-message.js'

registerOwnModule('firesteel', () => import(pathToFileURL(distFile('index.js')).href))

const port = parentPort
if (port !== null) {
  const post = (message: FromSlot, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer)
  const slot = new Slot(workerData as SlotData, post)
  port.on('message', (message: ToSlot) => slot.handle(message))
  post({ type: 'ready', osThread: ownThread() })
}
