import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { FiresteelError } from '../common/errors/index.js'
import { type FolderOwner, folderName, ownerFile, thisProcess } from './stale-folders.js'

/** Folders of all running applications of this process: removed even when the process ends on its own or by a signal. */
const open = new Set<TemporaryFolders>()
let isHooked = false

/**
 * The folders an application keeps its shuffle data, spills, blocks and files in, one in each of `spark.local.dir`. Gone after every
 * kind of end but SIGKILL of the driver, which leaves them to the sweep of whoever starts next: see `stale-folders.ts`.
 */
export class TemporaryFolders {
  readonly paths: readonly string[]

  constructor(bases: readonly string[]) {
    const name = folderName()
    this.paths = bases.map((base) => join(base, name))
  }

  /** The folders that they lie in. */
  get bases(): readonly string[] {
    return this.paths.map((path) => dirname(path))
  }

  /** @throws FS_CONTEXT_LOCAL_DIR */
  create(): void {
    const owner: FolderOwner = thisProcess()
    open.add(this)
    hook()
    for (const path of this.paths) {
      try {
        mkdirSync(path, { recursive: true, mode: 0o700 })
        writeFileSync(join(path, ownerFile), JSON.stringify(owner))
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error)
        throw new FiresteelError('FS_CONTEXT_LOCAL_DIR', { folder: dirname(path), problem }, { cause: error })
      }
    }
  }

  remove(): void {
    open.delete(this)
    for (const path of this.paths) removeFolder(path)
  }

  toString(): string {
    return this.paths.map((path) => basename(path)).join(', ')
  }
}

/**
 * When the process exits, its slot threads still run, and may put a file into the folder while it is being removed: another try
 * finds it.
 */
function removeFolder(path: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return // it was never made: a file stands in its way
      if (attempt === 5) throw error
    }
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
