import { mkdirSync, rmSync } from 'node:fs'

/** Folders of all running applications of this process: removed even when the process ends on its own or by a signal. */
const open = new Set<TemporaryFolders>()
let isHooked = false

/** The folders an application keeps its shuffle data, spills and blocks in. Gone after every kind of end but SIGKILL of the driver. */
export class TemporaryFolders {
  readonly paths: readonly string[]

  constructor(paths: readonly string[]) {
    this.paths = paths
  }

  create(): void {
    for (const path of this.paths) mkdirSync(path, { recursive: true, mode: 0o700 })
    open.add(this)
    hook()
  }

  remove(): void {
    open.delete(this)
    for (const path of this.paths) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

function removeAll(): void {
  for (const folders of [...open]) folders.remove()
}

/** Ctrl-C and the like end the process as they would have, after the folders are gone. */
function hook(): void {
  if (isHooked) return
  isHooked = true
  process.once('exit', removeAll)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const onSignal = (): void => {
      if (process.listenerCount(signal) > 1) return // the program has its own way to end; 'exit' cleans up
      process.removeListener(signal, onSignal)
      removeAll()
      process.kill(process.pid, signal)
    }
    process.on(signal, onSignal)
  }
}
