import { randomUUID } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { getLogger } from '../common/log/index.js'

const log = getLogger('SparkContext')

/*
 * A driver that was killed by SIGKILL cannot remove its folders. The next driver on the machine does it: the folder's name holds the
 * owner's process id, so that a look at the names alone tells the few that are worth another look, those whose process is gone. A file in the
 * folder then says whether the number means a process of this machine at all: a folder may be shared with containers that count
 * for themselves.
 */

/** Who made a folder. */
export interface FolderOwner {
  readonly pid: number
  readonly host: string
  /** Linux: the namespace that process ids belong to. */
  readonly pidNamespace: string
}

/** The file that names the owner. */
export const ownerFile = '.owner'

/** A fresh name for a folder of this process. */
export function folderName(): string {
  return `firesteel-${randomUUID()}-${process.pid}`
}

export function thisProcess(): FolderOwner {
  return { pid: process.pid, host: hostname(), pidNamespace: pidNamespace() }
}

/**
 * Removes the folders of processes that are gone from these folders. What cannot be read or removed is left alone.
 * @returns paths of the removed ones
 */
export async function sweepStaleFolders(
  bases: readonly string[],
  isAlive: (pid: number) => boolean = isRunning,
): Promise<string[]> {
  const removed: string[] = []
  for (const base of new Set(bases)) {
    for (const name of await readdir(base).catch(() => [])) {
      const pid = /^firesteel-[0-9a-f-]{36}-(\d+)$/.exec(name)?.[1]
      if (pid === undefined || isAlive(Number(pid))) continue
      const path = join(base, name)
      if (!(await isOurs(path, Number(pid)))) continue
      const failed = await rm(path, { recursive: true, force: true }).then(
        () => false,
        () => true,
      )
      if (!failed) removed.push(path)
    }
  }
  return removed
}

let hasSwept = false

/** Once in a process is enough: what it leaves itself it removes itself. */
export async function sweepOnce(bases: readonly string[]): Promise<void> {
  if (hasSwept) return
  hasSwept = true
  for (const path of await sweepStaleFolders(bases)) log.info(`removed ${path}, left by a driver that was killed`)
}

/** Whether the owner was a process among those that this one can see. */
async function isOurs(path: string, pid: number): Promise<boolean> {
  try {
    const owner = JSON.parse(await readFile(join(path, ownerFile), 'utf8')) as FolderOwner
    return owner.pid === pid && owner.host === hostname() && owner.pidNamespace === pidNamespace()
  } catch {
    return false // made this moment, or by another user
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
