import { hostname } from 'node:os'
import type { ResourceAddresses } from '../../cluster/standalone/index.js'
import { INSECURE, PORT_MAX_RETRIES, RPC_MESSAGE_MAX_SIZE, WORKER_TIMEOUT } from '../../common/conf/index.js'
import { type Clock, systemClock } from '../../common/index.js'
import { getLogger } from '../../common/log/index.js'
import {
  createNetworkRpc,
  faultLog,
  RefusalLog,
  type RpcEnvironment,
  securityOptions,
  warnIfOpen,
} from '../../rpc/index.js'
import { customResources } from './custom-resources.js'
import { endOrphans } from './end-orphans.js'
import { sweepLocalDirs } from './local-dirs.js'
import { WorkFolder } from './work-folder.js'
import { thisMachine, type WorkerOptions, type WorkerSize, workerSize } from './worker-options.js'

const log = getLogger('Worker')

/** What a worker is, found out before it registers. */
export interface Foundation {
  readonly options: WorkerOptions
  readonly clock: Clock
  readonly work: WorkFolder
  readonly size: WorkerSize
  readonly resources: ResourceAddresses
  readonly rpc: RpcEnvironment
  readonly refusals: RefusalLog<string>
  readonly host: string
  readonly bindHost: string
  readonly port: number
}

/** Looks what there is, ends what an earlier worker left behind, and listens. @throws as `Worker.open` */
export async function layFoundation(options: WorkerOptions): Promise<Foundation> {
  const { conf, environment, clock = systemClock } = options
  const size = workerSize(options, thisMachine())
  const work = new WorkFolder(options.workDir)
  const resources = await customResources(conf, environment)
  const orphans = await endOrphans(work.path)
  sweepLocalDirs(options.localDirs ?? [])
  for (const { process, folder } of orphans)
    log.warn(`ended process ${process.pid} of a worker that is gone, in ${folder}`)
  const refusals = new RefusalLog<string>(clock, (line) => log.warn(line))
  const silenceMs = conf.get(WORKER_TIMEOUT)
  const rpc = createNetworkRpc({
    name: 'worker',
    ...securityOptions(options.security),
    maxMessageBytes: conf.get(RPC_MESSAGE_MAX_SIZE),
    // A master that is cut off is noticed well before it takes this worker for lost, so that the next one is found in time.
    keepAlive: { intervalMs: silenceMs / 12, timeoutMs: silenceMs / 4 },
    onRefused: refusals.note,
    onFault: faultLog(refusals),
  })
  try {
    const bindHost = options.bindHost ?? '127.0.0.1'
    const server = await rpc.listen({
      host: bindHost,
      port: options.port ?? 0,
      portRetries: conf.get(PORT_MAX_RETRIES),
      // A wildcard is nobody's address.
      advertise: { host: options.host ?? (/^(?:0\.0\.0\.0|::)$/.test(bindHost) ? hostname() : undefined) },
      allowUnauthenticated: conf.get(INSECURE),
    })
    warnIfOpen(options.security, server, (line) => log.warn(line))
    return { options, clock, work, size, resources, rpc, refusals, bindHost, ...server.address }
  } catch (error) {
    refusals.close()
    await rpc.close()
    throw error
  }
}
