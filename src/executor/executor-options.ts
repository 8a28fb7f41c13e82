import {
  EXECUTOR_HEARTBEAT_INTERVAL,
  FILES_FETCH_TIMEOUT,
  IO_COMPRESSION_CODEC,
  IO_COMPRESSION_ZSTD_LEVEL,
  MEMORY_FRACTION,
  MEMORY_STORAGE_FRACTION,
  NETWORK_TIMEOUT,
  RDD_COMPRESS,
  REDUCER_MAX_REQS_IN_FLIGHT,
  REDUCER_MAX_SIZE_IN_FLIGHT,
  RPC_ASK_TIMEOUT,
  RPC_MESSAGE_MAX_SIZE,
  SHUFFLE_COMPRESS,
  SHUFFLE_IO_MAX_RETRIES,
  SHUFFLE_IO_RETRY_WAIT,
  SHUFFLE_READ_HOST_LOCAL_DISK,
  SHUFFLE_SPILL_COMPRESS,
  type SparkConf,
  TASK_MAX_DIRECT_RESULT_SIZE,
  TASK_REAPER_ENABLED,
  TASK_REAPER_KILL_TIMEOUT,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import type { ShuffleFetchOptions } from './shuffle-fetch.js'
import type { SlotCodecs } from './slot.js'
import { shareResources, type TaskResources } from './slot-resources.js'

export interface ExecutorOptions {
  readonly executorId: string
  readonly host: string
  readonly slots: number
  readonly memoryBytes: number
  readonly memoryFraction: number
  readonly storageFraction: number
  /** Folders for shuffle output and spills; they exist, and the owner of the executor removes them. */
  readonly localDirs: readonly string[]
  readonly codecs: SlotCodecs
  readonly heartbeatIntervalMs: number
  readonly askTimeoutMs: number
  /** How long a killed task may go on before its thread is ended. */
  readonly killGraceMs: number
  /** Larger results are stored and fetched instead of being sent along. */
  readonly maxDirectResultBytes: number
  readonly readHostLocalDisk: boolean
  readonly shuffleFetch: ShuffleFetchOptions
  /** Longest wait for a piece of an added file. */
  readonly filesTimeoutMs: number
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the driver is dialled for bulk data; none in the driver's own process. */
  readonly driverAddress?: { readonly host: string; readonly port: number }
  /** Address other executors fetch from. */
  readonly data?: { readonly host: string; readonly port: number }
  /** Custom resources of each slot; none unless given. */
  readonly resourcesOf?: (slot: number) => TaskResources
}

/** What differs between executors of one application. */
export interface ExecutorPlace {
  readonly executorId: string
  readonly host: string
  readonly slots: number
  readonly memoryBytes: number
  readonly localDirs: readonly string[]
  readonly data?: { readonly host: string; readonly port: number }
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly driverAddress?: { readonly host: string; readonly port: number }
  /** Custom resources that the executor was given: name and addresses. */
  readonly resources?: Readonly<Record<string, readonly string[]>>
}

/**
 * Options of an executor from the application's settings.
 *
 * @throws FS_EXECUTOR_RESOURCES when it has not what one task takes; FS_CONF_VALUE
 */
export function executorOptions(conf: SparkConf, { resources = {}, ...place }: ExecutorPlace): ExecutorOptions {
  const shared = shareResources(conf, resources, place.slots)
  if (shared.slots === 0) {
    const has = Object.entries(resources).map(([name, addresses]) => `${addresses.length} ${name}`)
    throw new FiresteelError('FS_EXECUTOR_RESOURCES', { has: has.join(', ') || 'none' })
  }
  return {
    ...place,
    slots: shared.slots,
    resourcesOf: shared.of,
    memoryFraction: conf.get(MEMORY_FRACTION),
    storageFraction: conf.get(MEMORY_STORAGE_FRACTION),
    codecs: codecsOf(conf),
    heartbeatIntervalMs: conf.get(EXECUTOR_HEARTBEAT_INTERVAL),
    askTimeoutMs: conf.get(RPC_ASK_TIMEOUT),
    killGraceMs: killGrace(conf),
    filesTimeoutMs: conf.get(FILES_FETCH_TIMEOUT),
    // As in Spark, what does not fit into a message is fetched, whatever the setting says.
    maxDirectResultBytes: Math.min(conf.get(TASK_MAX_DIRECT_RESULT_SIZE), conf.get(RPC_MESSAGE_MAX_SIZE) / 2),
    readHostLocalDisk: conf.get(SHUFFLE_READ_HOST_LOCAL_DISK),
    shuffleFetch: {
      maxBytesInFlight: conf.get(REDUCER_MAX_SIZE_IN_FLIGHT),
      maxRequestsInFlight: conf.get(REDUCER_MAX_REQS_IN_FLIGHT),
      maxRetries: conf.get(SHUFFLE_IO_MAX_RETRIES),
      retryWaitMs: conf.get(SHUFFLE_IO_RETRY_WAIT),
      timeoutMs: conf.get(NETWORK_TIMEOUT),
    },
  }
}

function codecsOf(conf: SparkConf): SlotCodecs {
  const codec = conf.get(IO_COMPRESSION_CODEC)
  return {
    shuffle: conf.get(SHUFFLE_COMPRESS) ? codec : 'none',
    spill: conf.get(SHUFFLE_SPILL_COMPRESS) ? codec : 'none',
    rdd: conf.get(RDD_COMPRESS) ? codec : 'none',
    zstdLevel: conf.get(IO_COMPRESSION_ZSTD_LEVEL),
  }
}

const longestDelayMs = 0x7fff_ffff

/** How long a cancelled task may go on before its thread is ended, ms; the longest of timers for as long as it likes. */
function killGrace(conf: SparkConf): number {
  const timeoutMs = conf.get(TASK_REAPER_KILL_TIMEOUT)
  return conf.get(TASK_REAPER_ENABLED) && timeoutMs >= 0 ? timeoutMs : longestDelayMs
}
