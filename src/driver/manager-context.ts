import { hostname } from 'node:os'
import type { SparkConf } from '../common/conf/index.js'
import { getLogger, terminal } from '../common/log/index.js'
import { Executor, executorOptions } from '../executor/index.js'
import type { RpcAddress, RpcEnvironment } from '../rpc/index.js'
import type { InProcessExecutor, ManagerContext } from '../scheduler/index.js'
import { showsProgress } from './console-progress.js'
import type { DriverNetwork } from './driver-network.js'
import type { ManagerWord } from './executor-lifecycle.js'

export interface ManagerContextOptions {
  readonly masterUrl: string
  readonly appId: string
  readonly appName: string
  readonly conf: SparkConf
  readonly localDirs: readonly string[]
  /** Not there yet when a manager is made: what it is depends on the manager. */
  readonly network: () => DriverNetwork
  /** Who hears what the manager says of executors. */
  readonly word: ManagerWord
}

const log = getLogger('SparkContext')

/** What the application gives its cluster manager. */
export function managerContext(options: ManagerContextOptions): ManagerContext {
  const { masterUrl, appId, appName, conf, localDirs, network, word } = options
  const environment = (): Record<string, string | undefined> => {
    // Executors have it from their launch data, and the programs that tasks start have no use for it.
    const { SPARK_AUTHENTICATE_SECRET: _, ...inherited } = process.env
    return { ...inherited, ...Object.fromEntries(conf.getExecutorEnv()) }
  }
  return {
    masterUrl,
    appId,
    appName,
    conf,
    localDirs,
    security: () => network().security,
    driverAddress: () => network().address as RpcAddress,
    executorSettings: () => Object.fromEntries(conf.getAllButSecrets()),
    executorEnvironment: environment,
    startInProcess: (executor) =>
      startInProcess(conf, network().executorRpc as RpcEnvironment, {
        ...executor,
        localDirs,
        environment: environment(),
      }),
    executorStarting: (id) => word.executorStarting(id),
    executorEnded: (id, cause) => word.executorEnded(id, cause),
    waiting: (reason) => word.waiting(reason),
    noMoreExecutors: (message) => word.noMoreExecutors(message),
    log: (level, message) => log[level](message),
    print: (line) => terminal().writeLine(line),
    printOutput: showsProgress(terminal(), conf) ? (line) => terminal().writeOutput(line) : undefined,
  }
}

interface InProcessPlace extends InProcessExecutor {
  readonly localDirs: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

async function startInProcess(conf: SparkConf, rpc: RpcEnvironment, place: InProcessPlace): Promise<Executor> {
  const driver = await rpc.connect({ host: 'in-process', port: 1 })
  const executor = new Executor(executorOptions(conf, { ...place, host: hostname() }), rpc, driver)
  await executor.start()
  return executor
}
