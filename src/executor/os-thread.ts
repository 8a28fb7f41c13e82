import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/*
 * What Linux tells of threads, and of the processes that each of them has started. On other systems nothing is known.
 */

/** The system's number of the thread that calls; undefined where it does not tell. */
export function ownThread(): number | undefined {
  try {
    return Number(basename(readlinkSync('/proc/thread-self')))
  } catch {
    return undefined
  }
}

/** Whether a thread of this process is there still. */
export function isThreadAlive(thread: number): boolean {
  return existsSync(`/proc/self/task/${thread}`)
}

/** Kills the processes that a thread of this process has started, and all that those have started. Returns the pids of the thread's own. */
export function killChildren(thread: number): number[] {
  const children = childrenOf(process.pid, thread)
  // All are found before the first is killed: what a dead one had started is nobody's any more.
  for (const pid of [...children, ...children.flatMap(descendants)]) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has just ended by itself, or belongs to another user.
    }
  }
  return children
}

function descendants(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) => childrenOf(pid, thread))
  return [...children, ...children.flatMap(descendants)]
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch {
    return []
  }
}

function childrenOf(pid: number, thread: number): number[] {
  try {
    const pids = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim()
    return pids === '' ? [] : pids.split(' ').map(Number)
  } catch {
    return []
  }
}
