import { lookup } from 'node:dns/promises'
import {
  DRIVER_BIND_ADDRESS,
  DRIVER_HOST,
  DRIVER_PORT,
  INSECURE,
  PORT_MAX_RETRIES,
  RPC_MESSAGE_MAX_SIZE,
  type SparkConf,
} from '../common/conf/index.js'
import { systemClock } from '../common/index.js'
import { getLogger } from '../common/log/index.js'
import {
  createInProcessPair,
  createNetworkRpc,
  RefusalLog,
  type RpcAddress,
  type RpcEnvironment,
  type RpcSecurity,
  type RpcServer,
  rpcSecurity,
  securityOptions,
} from '../rpc/index.js'

export interface DriverNetworkOptions {
  readonly needsNetwork: boolean
  readonly applicationId: string
  /** As of `ExecutorProvider`. */
  readonly keepsClusterSecret?: boolean
}

const log = getLogger('DriverNetwork')
const loopback = '127.0.0.1'

/**
 * How the driver and its executors talk: over the network, or within this process. One port serves control messages, blocks and
 * broadcasts alike.
 */
export class DriverNetwork {
  readonly rpc: RpcEnvironment
  /** The executors' side, where they live in this process. */
  readonly executorRpc: RpcEnvironment | undefined
  /** What executor processes need to be let in. */
  readonly security: RpcSecurity
  readonly #conf: SparkConf
  readonly #refusals = new RefusalLog(systemClock, (line) => log.warn(line))
  #server: RpcServer | undefined

  /** @throws FS_RPC_SECURITY_FILE, FS_RPC_SECURITY_SETTINGS */
  constructor(conf: SparkConf, options: DriverNetworkOptions) {
    this.#conf = conf
    if (options.needsNetwork) {
      this.security = rpcSecurity(conf, options.applicationId, { isOfCluster: options.keepsClusterSecret })
      this.rpc = createNetworkRpc({
        name: 'driver',
        ...securityOptions(this.security),
        maxMessageBytes: conf.get(RPC_MESSAGE_MAX_SIZE),
        keepAlive: false,
        inBackground: true,
        onRefused: this.#refusals.note,
      })
    } else {
      this.security = { encrypt: false }
      const [rpc, executorRpc] = createInProcessPair({ left: { name: 'driver' }, right: { name: 'executor' } })
      this.rpc = rpc
      this.executorRpc = executorRpc
    }
  }

  /** Where executors dial the driver; undefined when they live in its own process, or before `listen`. */
  get address(): RpcAddress | undefined {
    return this.executorRpc === undefined ? this.#server?.address : undefined
  }

  /**
   * Listens on `spark.driver.bindAddress` (or SPARK_LOCAL_IP), and tells executors to dial `spark.driver.host` (or SPARK_LOCAL_HOSTNAME).
   *
   * @param ownAddress this machine's address as the executors see it, for when neither is set; loopback unless given
   * @throws FS_RPC_PORT_TAKEN, FS_RPC_BIND_FAILED, FS_RPC_SECRET_REQUIRED, FS_RPC_TLS
   */
  async listen(ownAddress = loopback): Promise<void> {
    if (this.executorRpc !== undefined) {
      this.#server = await this.rpc.listen()
      return
    }
    const { SPARK_LOCAL_IP: localIp, SPARK_LOCAL_HOSTNAME: localName } = process.env
    const bind = this.#conf.get(DRIVER_BIND_ADDRESS) ?? (localIp || undefined)
    const advertised = this.#conf.get(DRIVER_HOST) ?? (localName || undefined)
    this.#server = await this.rpc.listen({
      host: bind ?? advertised ?? ownAddress,
      port: this.#conf.get(DRIVER_PORT),
      portRetries: this.#conf.get(PORT_MAX_RETRIES),
      advertise: { host: advertised },
      allowUnauthenticated: this.#conf.get(INSECURE),
    })
    const { host, port } = this.#server.address
    this.#conf.set(DRIVER_HOST, host).set(DRIVER_PORT, port)
    if (bind !== undefined && advertised !== undefined) void warnUnlessResolved(advertised)
  }

  async close(): Promise<void> {
    this.#refusals.close()
    await this.rpc.close()
    await this.executorRpc?.close()
  }
}

/** Only a warning: behind address translation, the name may mean something where the executors are. */
async function warnUnlessResolved(host: string): Promise<void> {
  try {
    await lookup(host)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    log.warn(
      `spark.driver.host '${host}', which executors are told to dial, cannot be resolved on this machine (${code})`,
    )
  }
}
