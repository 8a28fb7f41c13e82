import { mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import {
  BLOCK_MANAGER_PORT,
  EXECUTOR_HEARTBEAT_INTERVAL,
  EXECUTOR_HEARTBEAT_MAX_FAILURES,
  EXECUTOR_START_TIMEOUT,
  INSECURE,
  LOG_LEVEL,
  LOG_STRUCTURED,
  PORT_MAX_RETRIES,
  RPC_LOOKUP_TIMEOUT,
  RPC_MESSAGE_MAX_SIZE,
  SparkConf,
  STORAGE_CLEANUP_FILES_AFTER_EXECUTOR_EXIT,
} from '../common/conf/index.js'
import { systemClock } from '../common/index.js'
import { configureLogging, getLogger } from '../common/log/index.js'
import { createNetworkRpc, RefusalLog, type RpcEnvironment, type RpcPeer, securityOptions } from '../rpc/index.js'
import { Executor } from './executor.js'
import type { ExecutorLaunchData } from './executor-launch.js'
import { executorOptions } from './executor-options.js'
import { executorExitCodes } from './exit-codes.js'

const log = getLogger('ExecutorProcess')

export interface ExecutorSurroundings {
  readonly environment: NodeJS.ProcessEnv
  /** Aborted when the launcher is gone, and with it the driver's process. */
  readonly launcher: AbortSignal
}

/** Between the end of a driver's connection and the end of this process: the launcher's end may show up a little later. */
const leaveAfterMs = 100

/** Runs an executor in this process until its driver is gone. */
export async function runExecutorProcess(
  launch: ExecutorLaunchData,
  { environment, launcher }: ExecutorSurroundings,
): Promise<void> {
  const conf = new SparkConf(false).setAll(launch.settings)
  configureLogging({ level: conf.get(LOG_LEVEL), structured: conf.get(LOG_STRUCTURED) })
  const rpc = network(launch, conf)
  const folders = launch.localDirs.map((folder) => join(folder, `executor-${launch.executorId}`))
  // Whatever ends the process but SIGKILL, after which the driver's folder goes with all that is in it.
  const cleansUp = conf.get(STORAGE_CLEANUP_FILES_AFTER_EXECUTOR_EXIT)
  process.once('exit', () => {
    if (cleansUp) for (const folder of folders) removeFolder(folder, launcher.aborted)
  })
  const leave = (code: number): never => process.exit(code)
  launcher.addEventListener('abort', () => leave(executorExitCodes.stopped))
  process.once('SIGTERM', () => leave(executorExitCodes.stopped))
  process.once('SIGINT', () => undefined) // the driver decides; a terminal sends it to the whole group
  let driver: RpcPeer
  try {
    driver = await rpc.connect(launch.driver, { timeoutMs: dialTimeout(conf) })
  } catch (error) {
    const { host, port } = launch.driver
    const problem = error instanceof Error ? error.message : String(error)
    log.error(`executor ${launch.executorId} could not reach the driver at ${host}:${port}: ${problem}`)
    return leave(executorExitCodes.driverUnreachable)
  }
  driver.onClose((cause) => {
    const code = cause === undefined ? executorExitCodes.stopped : executorExitCodes.driverLost
    setTimeout(() => leave(code), leaveAfterMs)
  })
  try {
    for (const folder of folders) mkdirSync(folder, { recursive: true, mode: 0o700 })
    const host = launch.host ?? '127.0.0.1'
    const server = await rpc.listen({
      host: launch.bindHost ?? host,
      port: conf.get(BLOCK_MANAGER_PORT),
      portRetries: conf.get(PORT_MAX_RETRIES),
      advertise: { host },
      allowUnauthenticated: conf.get(INSECURE),
    })
    const options = executorOptions(conf, {
      executorId: launch.executorId,
      host: launch.host ?? hostname(),
      slots: launch.slots,
      memoryBytes: launch.memoryBytes,
      localDirs: folders,
      data: server.address,
      environment,
      driverAddress: launch.driver,
      resources: launch.resources,
    })
    await new Executor(options, rpc, driver).start()
  } catch (error) {
    log.error(`executor ${launch.executorId} could not start`, { error })
    leave(executorExitCodes.failed)
  }
}

function network(launch: ExecutorLaunchData, conf: SparkConf): RpcEnvironment {
  const refusals = new RefusalLog(systemClock, (line) => log.warn(`executor ${launch.executorId} ${line}`))
  const intervalMs = conf.get(EXECUTOR_HEARTBEAT_INTERVAL)
  return createNetworkRpc({
    name: `executor ${launch.executorId}`,
    ...securityOptions(launch.security),
    maxMessageBytes: conf.get(RPC_MESSAGE_MAX_SIZE),
    sharedAttachments: true,
    // A driver that is cut off for good is given up; one that computes for minutes is not.
    keepAlive: { intervalMs, timeoutMs: intervalMs * conf.get(EXECUTOR_HEARTBEAT_MAX_FAILURES) },
    onRefused: refusals.note,
  })
}

/** Short enough to say so before the launcher's patience ends. */
function dialTimeout(conf: SparkConf): number {
  return Math.min(conf.get(RPC_LOOKUP_TIMEOUT), conf.get(EXECUTOR_START_TIMEOUT) / 2)
}

/**
 * Removes an executor's folder. That of the application goes with it if nothing else is in it: the driver removed it before, and a task
 * has made it anew since; or the driver was killed, and left its mark alone.
 */
function removeFolder(folder: string, isDriverGone: boolean): void {
  const application = dirname(folder)
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    const left = readdirSync(application)
    if (isDriverGone && left.every((name) => name.startsWith('.')))
      rmSync(application, { recursive: true, force: true })
    else rmdirSync(application)
  } catch {
    // The driver and other executors still have something in it, as they should.
  }
}
