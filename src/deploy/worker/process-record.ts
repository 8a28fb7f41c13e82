import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js'

/** Kept in the work folder of each process while it runs, so that the worker's successor finds it. */
export interface ProcessRecord {
  readonly process: ProcessIdentity
  /** Who started it: while that worker runs, the process is its own affair. */
  readonly worker: ProcessIdentity
}

const fileName = '.process.json'

/** Notes that a process runs in a folder. A process that has ended already is not noted. */
export function writeRecord(folder: string, pid: number): void {
  const [child, worker] = [identityOf(pid), identityOf(process.pid)]
  if (child === undefined || worker === undefined) return
  const record: ProcessRecord = { process: child, worker }
  const draft = join(folder, `${fileName}.tmp`)
  writeFileSync(draft, JSON.stringify(record), { mode: 0o600 })
  renameSync(draft, join(folder, fileName))
}

export function removeRecord(folder: string): void {
  rmSync(join(folder, fileName), { force: true })
}

/** A process whose worker is gone. */
export interface Orphan {
  readonly folder: string
  readonly process: ProcessIdentity
}

/** The records below a work folder of processes that still run, whoever's they are. */
export function runningRecords(workDir: string): { readonly folder: string; readonly record: ProcessRecord }[] {
  return foldersBelow(workDir).flatMap((folder) => {
    const record = readRecord(folder)
    return record !== undefined && isRunning(record.process) ? [{ folder, record }] : []
  })
}

/** Processes below a work folder that a worker left behind which was killed. Records of what has ended are removed. */
export function findOrphans(workDir: string): Orphan[] {
  return foldersBelow(workDir).flatMap((folder) => {
    const record = readRecord(folder)
    if (record === undefined || isRunning(record.worker)) return []
    if (isRunning(record.process)) return [{ folder, process: record.process }]
    forget(folder)
    return []
  })
}

/** Of a process that has ended and whose worker cannot see to it: the record, and what it kept for itself while it ran. */
export function forget(folder: string): void {
  rmSync(join(folder, 'local'), { recursive: true, force: true, maxRetries: 3 })
  removeRecord(folder)
}

/** Drivers' folders, and those of executors one below. */
function foldersBelow(workDir: string): string[] {
  const first = subfolders(workDir)
  return first.flatMap((folder) => [folder, ...subfolders(folder)])
}

function subfolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.flatMap((entry) =>
      entry.isDirectory() && !entry.name.startsWith('.') ? [join(folder, entry.name)] : [],
    )
  } catch {
    return []
  }
}

function readRecord(folder: string): ProcessRecord | undefined {
  let value: Partial<ProcessRecord> | null
  try {
    value = JSON.parse(readFileSync(join(folder, fileName), 'utf8')) as Partial<ProcessRecord> | null
  } catch {
    return undefined
  }
  return isIdentity(value?.process) && isIdentity(value?.worker) ? (value as ProcessRecord) : undefined
}

/** User code may write into the folder: 0 and negative numbers would mean groups of processes, 1 is the machine's own. */
function isIdentity(value: ProcessIdentity | undefined): boolean {
  return Number.isSafeInteger(value?.pid) && Number(value?.pid) > 1 && typeof value?.started === 'string'
}
