import { INSECURE, PORT_MAX_RETRIES, RPC_MESSAGE_MAX_SIZE, type SparkConf } from '../../common/conf/index.js'
import { systemClock } from '../../common/index.js'
import { getLogger } from '../../common/log/index.js'
import {
  clusterSecurity,
  createNetworkRpc,
  faultLog,
  RefusalLog,
  type RpcEnvironment,
  type RpcServer,
  securityOptions,
  warnIfOpen,
} from '../../rpc/index.js'
import type { DaemonHost } from './daemon-host.js'

/** A silent connection is pinged so often, and given up after so long: a cluster notices a host that is cut off. */
const keepAlive = { intervalMs: 2_000, timeoutMs: 15_000 }

/**
 * Opens a daemon's port.
 *
 * @throws FS_RPC_PORT_TAKEN, FS_RPC_BIND_FAILED, FS_RPC_SECRET_REQUIRED, FS_RPC_SECURITY_FILE, FS_RPC_TLS
 */
export async function openDaemonNetwork(
  conf: SparkConf,
  { name, host, port }: { readonly name: 'master' | 'worker'; readonly host: DaemonHost; readonly port: number },
): Promise<{ rpc: RpcEnvironment; server: RpcServer }> {
  const log = getLogger(name === 'master' ? 'Master' : 'Worker')
  const refusals = new RefusalLog<string>(systemClock, (line) => log.warn(line))
  const security = clusterSecurity(conf)
  const rpc = createNetworkRpc({
    name,
    ...securityOptions(security),
    maxMessageBytes: conf.get(RPC_MESSAGE_MAX_SIZE),
    keepAlive,
    onRefused: refusals.note,
    onFault: faultLog(refusals, { told: ['FS_CLUSTER_MESSAGE'] }),
  })
  const server = await rpc.listen({
    host: host.bind,
    port,
    advertise: { host: host.advertised },
    portRetries: conf.get(PORT_MAX_RETRIES),
    allowUnauthenticated: conf.get(INSECURE),
  })
  warnIfOpen(security, server, (line) => log.warn(line))
  return { rpc, server }
}
