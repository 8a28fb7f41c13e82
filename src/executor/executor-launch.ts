import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { FiresteelError } from '../common/errors/index.js'
import { distFile } from '../common/index.js'
import type { RpcSecurity } from '../rpc/index.js'

/** What the launcher of an executor process writes to its standard input: nothing secret stands in argv. */
export interface ExecutorLaunchData {
  readonly executorId: string
  readonly driver: { readonly host: string; readonly port: number }
  readonly security: RpcSecurity
  readonly slots: number
  readonly memoryBytes: number
  readonly localDirs: readonly string[]
  readonly settings: Readonly<Record<string, string>>
  /** Where others reach this machine; default the loopback address. */
  readonly host?: string
  /** The address to bind, where it differs from `host`. */
  readonly bindHost?: string
  /** Custom resources that it was given: name and addresses. */
  readonly resources?: Readonly<Record<string, readonly string[]>>
}

/**
 * Starts an executor process. Its standard input stays open: the end of it tells the process that its launcher is gone.
 *
 * @throws FS_EXECUTOR_ENTRY_MISSING
 */
export function startExecutorProcess(launch: ExecutorLaunchData, options: SpawnOptions): ChildProcess {
  const entry = distFile('executor-process.js')
  if (!existsSync(entry)) throw new FiresteelError('FS_EXECUTOR_ENTRY_MISSING', { file: entry })
  const child = spawn(process.execPath, ['--enable-source-maps', entry], options)
  child.stdin?.on('error', () => undefined)
  child.stdin?.write(`${JSON.stringify(launch)}\n`)
  return child
}
