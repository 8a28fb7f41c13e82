import { randomUUID } from 'node:crypto'
import {
  CORES_MAX,
  EXECUTOR_CORES,
  EXECUTOR_INSTANCES,
  EXECUTOR_MEMORY,
  RPC_ASK_TIMEOUT,
  RPC_LOOKUP_TIMEOUT,
  RPC_MESSAGE_MAX_SIZE,
} from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { type ExecutorId, executorId, systemClock } from '../../common/index.js'
import {
  clusterSecurity,
  createNetworkRpc,
  type RpcAddress,
  type RpcEnvironment,
  type RpcPeer,
  securityOptions,
} from '../../rpc/index.js'
import type { ExecutorLossCause, ExecutorProvider, ManagerContext } from '../../scheduler/index.js'
import { addressTowards } from './address-towards.js'
import { MasterConnection, type Registration } from './master-connection.js'
import { mastersOf } from './master-url.js'
import {
  type ApplicationRemoved,
  applicationEndpoint,
  type ExecutorAdded,
  type ExecutorUpdated,
  hasExecutorEnded,
  masterAnswers,
  masterEndpoint,
  type RegisterApplication,
  readMessage,
  toApplication,
} from './protocol/index.js'
import { resourceAmounts } from './resource-amounts.js'
import { userName } from './user-name.js'

const mib = 1_048_576
/** Half a minute at least: a failover of the masters is over by then, with the usual session timeouts. */
const registrationRounds = { initial: 6, max: 29 }
/** Until a person is told what is being waited for. */
const noticeMs = 2_000
const stopGraceMs = 1_000

/** The application's side of a standalone cluster: asks the master for executors, and hears of them. */
export class StandaloneProvider implements ExecutorProvider {
  readonly needsNetwork = true
  readonly keepsClusterSecret = true
  readonly #context: ManagerContext
  readonly #rpc: RpcEnvironment
  readonly #connection: MasterConnection
  readonly #masters: readonly RpcAddress[]
  readonly #token = randomUUID()
  readonly #startedAt = systemClock.now()
  readonly #running = new Map<ExecutorId, ExecutorAdded>()
  #appId: string | undefined
  #highestExecutor = -1
  #registered: { resolve: (appId: string) => void; reject: (error: Error) => void } | undefined
  #isStopping = false

  /** @throws FS_CONTEXT_MASTER_URL, FS_RPC_SECURITY_FILE */
  constructor(context: ManagerContext) {
    this.#context = context
    const { conf } = context
    this.#masters = mastersOf(context.masterUrl)
    this.#rpc = createNetworkRpc({
      // Not the application's own name: names are told before anything is encrypted.
      name: 'application',
      ...securityOptions(clusterSecurity(conf)),
      maxMessageBytes: conf.get(RPC_MESSAGE_MAX_SIZE),
      inBackground: true,
      onFault: (error) => context.log('warn', `a word of the master was not taken: ${error.message}`),
    })
    this.#rpc.register(applicationEndpoint, {
      executorAdded: ({ body }) => this.#added(readMessage(toApplication.executorAdded, body, 'executorAdded')),
      executorUpdated: ({ body }) => this.#updated(readMessage(toApplication.executorUpdated, body, 'executorUpdated')),
      waiting: ({ body }) => context.waiting(readMessage(toApplication.waiting, body, 'waiting').reason),
      removed: ({ body }) => this.#removed(readMessage(toApplication.removed, body, 'removed')),
      standDown: () => this.#connection.leaderLost('it leads no longer'),
    })
    this.#connection = new MasterConnection({
      rpc: this.#rpc,
      masters: this.#masters,
      clock: systemClock,
      random: Math.random,
      attempts: registrationRounds,
      register: (peer) => this.#register(peer),
      onLost: (cause) => this.#lost(cause),
      onRefused: (message) =>
        this.#fail(new FiresteelError('FS_CLUSTER_REFUSED', { what: 'the application', reason: message })),
      onGaveUp: (problem) => this.#fail(new FiresteelError('FS_CLUSTER_NO_MASTER', { problem })),
    })
  }

  /** Cores that were asked for, as far as that is known before the cluster answers. */
  get expectedSlots(): number {
    const granted = [...this.#running.values()].reduce((sum, { cores }) => sum + cores, 0)
    return Math.max(2, granted, this.#context.conf.get(CORES_MAX) ?? 0)
  }

  /** The address by which this machine reaches the first master. */
  ownAddress(): Promise<string | undefined> {
    return addressTowards(this.#masters[0] as RpcAddress)
  }

  async register(): Promise<{ readonly applicationId: string }> {
    const notice = systemClock.after(noticeMs, () =>
      this.#context.log(
        'warn',
        `no master has taken the application yet (${this.#connection.problem || 'none has answered'}); trying again`,
      ),
    )
    try {
      const applicationId = await new Promise<string>((resolve, reject) => {
        this.#registered = { resolve, reject }
        this.#connection.start()
      })
      return { applicationId }
    } finally {
      notice.cancel()
    }
  }

  async start(): Promise<void> {}

  kill(id: ExecutorId): void {
    if (this.#appId === undefined) return
    this.#connection.send('killExecutors', { appId: this.#appId, executorIds: [id] })
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    const { leader } = this.#connection
    if (leader !== undefined && this.#appId !== undefined) {
      const body = { appId: this.#appId, state: 'FINISHED' }
      await leader
        .ask(masterEndpoint, 'unregisterApplication', { body }, { timeoutMs: stopGraceMs })
        .catch(() => this.#context.log('info', 'the master did not answer that the application has finished'))
    }
    await this.#connection.close()
    await this.#rpc.close()
  }

  async #register(peer: RpcPeer): Promise<Registration> {
    const { conf } = this.#context
    const registration: RegisterApplication = {
      appId: this.#appId,
      token: this.#token,
      startedAt: this.#startedAt,
      highestExecutor: this.#highestExecutor,
      executorIds: [...this.#running.keys()],
      application: {
        name: this.#context.appName,
        user: userName(),
        coresMax: conf.get(CORES_MAX),
        coresPerExecutor: conf.contains(EXECUTOR_CORES) ? conf.get(EXECUTOR_CORES) : undefined,
        memoryPerExecutorMiB: Math.ceil(conf.get(EXECUTOR_MEMORY) / mib),
        executorLimit: conf.get(EXECUTOR_INSTANCES),
        resourcesPerExecutor: resourceAmounts(conf, 'spark.executor.resource.'),
      },
      template: {
        driver: this.#context.driverAddress(),
        security: this.#context.security(),
        settings: this.#context.executorSettings(),
        environment: Object.fromEntries(conf.getExecutorEnv()),
      },
    }
    const timeoutMs = Math.min(conf.get(RPC_ASK_TIMEOUT), conf.get(RPC_LOOKUP_TIMEOUT))
    const { body } = await peer.ask(masterEndpoint, 'registerApplication', { body: registration }, { timeoutMs })
    const answer = readMessage(masterAnswers.registerApplication, body, 'registerApplication')
    if (answer.type === 'refused') return { refused: answer.message }
    if (answer.type === 'standby') return 'standby'
    this.#appId = answer.appId
    this.#registered?.resolve(answer.appId)
    this.#registered = undefined
    return 'accepted'
  }

  #added(added: ExecutorAdded): void {
    const id = executorId(added.executorId)
    if (this.#isStopping || this.#running.has(id)) return
    this.#highestExecutor = Math.max(this.#highestExecutor, Number(added.executorId))
    this.#running.set(id, added)
    this.#context.executorStarting(id)
  }

  #updated({ executorId: id, state, message, cause, workerLost }: ExecutorUpdated): void {
    if (this.#isStopping || !hasExecutorEnded(state)) return
    const added = this.#running.get(executorId(id))
    this.#running.delete(executorId(id))
    const place = added === undefined ? '' : ` on ${added.host}`
    const loss: ExecutorLossCause = {
      code: cause?.code ?? (state === 'DECOMMISSIONED' ? 'decommissioned' : workerLost ? 'workerLost' : 'exitCode'),
      message: `${message ?? `its worker said ${state}`}${place}`,
      causedByApp: cause?.causedByApp ?? false,
    }
    this.#context.executorEnded(executorId(id), loss)
  }

  #removed({ state, message }: ApplicationRemoved): void {
    if (this.#isStopping) return
    this.#context.noMoreExecutors(`the master has ended the application (${state}): ${message}`)
  }

  #lost(cause: string): void {
    if (this.#isStopping) return
    // What runs goes on: the application waits for the master, or the next one, and only new executors wait with it.
    this.#context.log('info', `the master is gone (${cause}); looking for the one that leads now`)
  }

  #fail(error: FiresteelError): void {
    if (this.#registered !== undefined) {
      this.#registered.reject(error)
      this.#registered = undefined
      return
    }
    this.#context.log('warn', error.message)
  }
}
