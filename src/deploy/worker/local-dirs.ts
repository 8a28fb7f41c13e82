import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js'
import { makeFolder } from './work-folder.js'

/** Names the worker that a folder belongs to. */
const ownerFile = '.worker.json'

/** Where the executors of one application keep shuffle files and spills. */
export interface LocalDirsOptions {
  /** `SPARK_LOCAL_DIRS`; none: below the executor's work folder. */
  readonly bases: readonly string[]
  readonly workerId: string
  readonly appId: string
  /** The work folder: of the executor, or of the application where it is about all of them. */
  readonly folder: string
}

/** Makes the folders in which an executor makes its own. @throws FS_WORKER_FOLDER */
export function makeLocalDirs({ bases, workerId, appId, folder }: LocalDirsOptions): string[] {
  if (bases.length === 0) {
    const path = join(folder, 'local')
    makeFolder(path)
    return [path]
  }
  const owner = JSON.stringify(identityOf(process.pid) ?? {})
  return bases.map((base) => {
    const path = join(base, sharedName(workerId, appId))
    makeFolder(path)
    writeFileSync(join(path, ownerFile), owner, { mode: 0o600 })
    return path
  })
}

/** Removes what an executor has left in them, and those in which nothing else is. */
export function removeLocalDirs(paths: readonly string[], executorId: string): void {
  for (const path of paths) {
    try {
      rmSync(join(path, `executor-${executorId}`), { recursive: true, force: true, maxRetries: 3 })
      if (readdirSync(path).every((name) => name === ownerFile)) rmSync(path, { recursive: true, force: true })
    } catch {
      // Another executor of the application has something in it, or has just removed it.
    }
  }
}

/** Removes what all executors of an application have left. */
export function removeApplicationDirs({ bases, workerId, appId, folder }: LocalDirsOptions): void {
  const executors = bases.length > 0 || !existsSync(folder) ? [] : readdirSync(folder)
  const paths = [
    ...bases.map((base) => join(base, sharedName(workerId, appId))),
    ...executors.map((name) => join(folder, name, 'local')),
  ]
  for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}

const sharedName = (workerId: string, appId: string): string => `firesteel-${workerId}-${appId}`

/** Removes what workers that are gone have left in these folders. Returns the paths. */
export function sweepLocalDirs(bases: readonly string[]): string[] {
  return bases.flatMap((base) => {
    if (!existsSync(base)) return []
    const paths = readdirSync(base).flatMap((name) => (name.startsWith('firesteel-') ? [join(base, name)] : []))
    const stale = paths.filter(isStale)
    for (const path of stale) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    return stale
  })
}

function isStale(path: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(join(path, ownerFile), 'utf8')) as Partial<ProcessIdentity>
    return typeof owner.pid === 'number' && typeof owner.started === 'string' && !isRunning(owner as ProcessIdentity)
  } catch {
    return false // not a worker's, or nobody knows whose
  }
}
