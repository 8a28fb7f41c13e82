import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { eventually } from './eventually.js'

/** One process of the table. */
interface ProcessRow {
  readonly pid: number
  readonly parent: number
  readonly isZombie: boolean
  readonly command: string
}

/** All processes of the machine: from /proc where there is one, else from `ps`. */
function processTable(): ProcessRow[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readRow(Number(name)) ?? []) : []))
  } catch {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' }).split('\n')
    return lines.flatMap((line) => {
      const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
      if (command === undefined) return []
      return [{ pid: Number(pid), parent: Number(parent), isZombie: state?.startsWith('Z') ?? false, command }]
    })
  }
}

function readRow(pid: number): ProcessRow | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return { pid, parent: Number(parent), isZombie: state === 'Z', command }
  } catch {
    return undefined // it ended while the table was read
  }
}

/** Pids of the executor processes that a process has started, oldest first. */
export function executorPids(parent: number = process.pid): number[] {
  return processTable()
    .filter((row) => row.parent === parent && !row.isZombie && row.command.includes('executor-process.js'))
    .map((row) => row.pid)
    .sort((a, b) => a - b)
}

/** Waits until a process has this many executors, and gives their pids. */
export function executorsOf(count: number, parent: number = process.pid): Promise<number[]> {
  return eventually(`${count} executor processes`, () => {
    const pids = executorPids(parent)
    return pids.length === count ? pids : undefined
  })
}

/** Sends a signal to an executor that this test has started, and to no other process. */
export function signalExecutor(pid: number, signal: NodeJS.Signals, parent: number = process.pid): void {
  if (!executorPids(parent).includes(pid)) return
  process.kill(pid, signal)
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const row = readRow(pid)
  return row === undefined ? !existsProc() : !row.isZombie
}

function existsProc(): boolean {
  try {
    return readdirSync('/proc/self').length > 0
  } catch {
    return false
  }
}
