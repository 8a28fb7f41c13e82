import { availableParallelism, totalmem } from 'node:os'
import type { SparkConf } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import type { Clock } from '../../common/index.js'
import type { RpcAddress, RpcSecurity } from '../../rpc/index.js'

/** What a worker is told at its start. */
export interface WorkerOptions {
  readonly masters: readonly RpcAddress[]
  /** How it talks to the masters. */
  readonly security: RpcSecurity
  readonly conf: SparkConf
  /** Where its processes get their folders; made if there is none. */
  readonly workDir: string
  /** Name or address by which others reach this machine. Default the address it binds. */
  readonly host?: string
  /** The address to bind. Default 127.0.0.1; anything beyond loopback needs a secret or `spark.firesteel.insecure`. */
  readonly bindHost?: string
  /** Default 0, any free one. */
  readonly port?: number
  /** Default all that this process may use. */
  readonly cores?: number
  /** Default all of the machine, or of its control group, but 1 GiB; at least 1 GiB. */
  readonly memoryMiB?: number
  /** Folders for shuffle files and spills of executors (`SPARK_LOCAL_DIRS`); default below each executor's work folder. */
  readonly localDirs?: readonly string[]
  /** The worker's own environment, of which its processes get what is not its own affair. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The file that the worker's own log goes to, for its page. */
  readonly logFile?: string
  readonly clock?: Clock
}

/** What a worker has to give. */
export interface WorkerSize {
  readonly cores: number
  readonly memoryMiB: number
}

/** What there is: cores that this process may use, memory of the machine and of its control group in bytes. */
export interface Machine {
  readonly cores: number
  readonly memoryBytes: number
  /** Of the control group (a container, a slice); absent or 0 when there is none. */
  readonly memoryLimitBytes?: number
}

export function thisMachine(): Machine {
  return { cores: availableParallelism(), memoryBytes: totalmem(), memoryLimitBytes: process.constrainedMemory() }
}

const [mib, gib] = [2 ** 20, 2 ** 30]

/** @throws FS_WORKER_SIZE */
export function workerSize(
  { cores, memoryMiB }: Pick<WorkerOptions, 'cores' | 'memoryMiB'>,
  machine: Machine,
): WorkerSize {
  const size = { cores: cores ?? machine.cores, memoryMiB: memoryMiB ?? defaultMemory(machine) }
  for (const [what, value] of Object.entries(size)) {
    if (Number.isInteger(value) && value >= 1) continue
    throw new FiresteelError('FS_WORKER_SIZE', { what: what === 'cores' ? 'cores' : 'MiB of memory', value })
  }
  return size
}

/** All but 1 GiB, at least 1 GiB. A control group that sets no limit says so with a number that is no memory's size. */
function defaultMemory({ memoryBytes, memoryLimitBytes = 0 }: Machine): number {
  const isLimited = memoryLimitBytes > 0 && memoryLimitBytes < memoryBytes
  const total = isLimited ? memoryLimitBytes : memoryBytes
  return Math.floor(Math.max(total - gib, gib) / mib)
}
