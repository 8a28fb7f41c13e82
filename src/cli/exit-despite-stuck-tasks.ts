import { getLogger } from '../common/log/index.js'
import { endThreads } from '../executor/index.js'

const log = getLogger('SparkSubmit')

/**
 * Lets the process exit, with its own exit code, although a task is in a call that does not return, such as a read of a pipe: Node waits for
 * every thread, whatever it does. For the commands alone; a program that runs by itself may want to wait.
 */
export function exitDespiteStuckTasks(): void {
  process.on('exit', function onExit(code) {
    const stuck = endThreads()
    if (stuck.length === 0) return
    // Nothing runs after this: the program's own, and the removal of folders, which were added later, have their turn now.
    const listeners = process.listeners('exit')
    for (const listener of listeners.slice(listeners.indexOf(onExit) + 1)) listener.call(process, code)
    log.warn(`the process ends without waiting for ${stuck.join(', ')}`)
    exitNow(Number(process.exitCode ?? code))
  })
}

/**
 * Ends the process by the C library's `exit`, which does not wait for threads. Node has no way of its own to it but WASI's. Tried on Node 20
 * to 24; where it fails, Node waits as it would have.
 */
function exitNow(code: number): void {
  const { WASI } = process.getBuiltinModule('node:wasi')
  const wasi = new WASI({ version: 'preview1', returnOnExit: false })
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: { Memory: new (size: { initial: number }) => object }
  }
  wasi.initialize({ exports: { memory: new WebAssembly.Memory({ initial: 1 }) } })
  const { proc_exit: exit } = wasi.wasiImport as { proc_exit(code: number): void }
  exit(code)
}
