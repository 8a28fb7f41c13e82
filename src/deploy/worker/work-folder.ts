import { accessSync, constants, existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { FiresteelError } from '../../common/errors/index.js'

/** @throws FS_WORKER_NAME for what would lead out of its folder, or hide */
export function safeName(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._@+~-]*$/.test(name) && name.length <= 200) return name
  throw new FiresteelError('FS_WORKER_NAME', { name: name.slice(0, 200) })
}

/** The name of a file that came with an application. @throws FS_WORKER_NAME for what would lead out of its folder */
export function fileName(name: string): string {
  const isName = name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)
  if (isName && Buffer.byteLength(name) <= 255) return name
  throw new FiresteelError('FS_WORKER_NAME', { name: name.slice(0, 200) })
}

/**
 * The folders of a worker: `<application>/<executor>` and `<driver>` for its processes, `.blobs` for what drivers consist of. Several workers
 * of a machine may share one.
 */
export class WorkFolder {
  readonly path: string

  /** @throws FS_WORKER_FOLDER */
  constructor(path: string) {
    this.path = resolve(path)
    makeFolder(this.path, 0o755)
    try {
      accessSync(this.path, constants.W_OK | constants.X_OK)
    } catch (error) {
      throw folderError(this.path, error)
    }
  }

  /** @throws FS_WORKER_NAME */
  application(appId: string): string {
    return join(this.path, safeName(appId))
  }

  /** @throws FS_WORKER_NAME */
  executor(appId: string, executorId: string): string {
    return join(this.application(appId), safeName(executorId))
  }

  /** @throws FS_WORKER_NAME */
  driver(driverId: string): string {
    return join(this.path, safeName(driverId))
  }

  get blobs(): string {
    return join(this.path, '.blobs')
  }

  /** Whether this is a folder of its own below the work folder, reached through no link that a process has put there. */
  isOwn(folder: string): boolean {
    if (!existsSync(folder)) return false
    return realpathSync(folder) === join(realpathSync(this.path), folder.slice(this.path.length))
  }
}

/** @throws FS_WORKER_FOLDER */
export function makeFolder(path: string, mode = 0o700): void {
  try {
    mkdirSync(path, { recursive: true, mode })
    if (!lstatSync(path).isDirectory() && !existsSync(join(path, '.'))) throw new Error('it is no folder')
  } catch (error) {
    throw folderError(path, error)
  }
}

function folderError(folder: string, error: unknown): FiresteelError {
  const problem = error instanceof Error ? error.message : String(error)
  return new FiresteelError('FS_WORKER_FOLDER', { folder, problem }, { cause: error })
}
