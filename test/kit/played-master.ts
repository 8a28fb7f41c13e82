import { createHash } from 'node:crypto'
import {
  blobEndpoint,
  type DriverDescription,
  type DriverReport,
  type ExecutorReport,
  type ExecutorTemplate,
  type LaunchDriver,
  type LaunchExecutor,
  masterEndpoint,
  type RegisterWorker,
  type RegisterWorkerAnswer,
  type WorkerLeaving,
  workerEndpoint,
} from '../../src/cluster/standalone/index.js'
import { createNetworkRpc, type RpcEnvironment, type RpcPeer, type RpcServer } from '../../src/rpc/index.js'
import { eventually } from './eventually.js'

type Registered = Extract<RegisterWorkerAnswer, { type: 'registered' }>

/** The secret of the cluster of these tests. */
export const clusterSecret = { secret: { kind: 'words', text: 'of this test' }, encrypt: true } as const

/**
 * The master's end of the protocol between worker and master, on a real connection, that does what a test tells it to and keeps what it is told.
 */
export class PlayedMaster {
  readonly registrations: RegisterWorker[] = []
  readonly executorReports: ExecutorReport[] = []
  readonly driverReports: DriverReport[] = []
  readonly leavings: WorkerLeaving[] = []
  heartbeats = 0
  /** How often each content was asked for, by hash. */
  readonly blobRequests = new Map<string, number>()
  /** What to answer a registration with, when it is not taken. */
  refusal: Exclude<RegisterWorkerAnswer, { type: 'registered' }> | undefined
  /** Parts of the answer to a registration. */
  answer: Partial<Registered> = {}
  /** Whether reports are taken; else they fail, as with a master that is just losing its lead. */
  takesReports = true
  /** Called when a worker registers, before it is answered. */
  onRegistration: ((peer: RpcPeer) => void) | undefined
  #pause: { readonly bytes: number; readonly reached: () => void } | undefined
  readonly #rpc: RpcEnvironment
  readonly #blobs = new Map<string, Uint8Array>()
  #server: RpcServer | undefined
  #worker: RpcPeer | undefined

  private constructor() {
    this.#rpc = createNetworkRpc({ name: 'master', secret: clusterSecret.secret.text, keepAlive: false })
    this.#rpc.register(masterEndpoint, {
      registerWorker: ({ body }, { peer }) => ({ body: this.#register(body as RegisterWorker, peer) }),
      heartbeat: () => void this.heartbeats++,
      executorState: ({ body }) => this.#take(this.executorReports, (body as { report: ExecutorReport }).report),
      driverState: ({ body }) => this.#take(this.driverReports, (body as { report: DriverReport }).report),
      workerLeaving: ({ body }) => void this.leavings.push(body as WorkerLeaving),
    })
    this.#rpc.register(blobEndpoint, { getBlob: ({ body }) => this.#pieces((body as { hash: string }).hash) })
  }

  /** @param port one that an earlier master had; any free one by default */
  static async open(port = 0): Promise<PlayedMaster> {
    const master = new PlayedMaster()
    master.#server = await master.#rpc.listen({ port, portRetries: 0 })
    return master
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.#server!.address
  }

  /** As a master that ends, or is killed. */
  close(): Promise<void> {
    return this.#rpc.close()
  }

  /** The nth registration, from 1. */
  registration(count = 1): Promise<RegisterWorker> {
    return eventually(`registration ${count}`, () => this.registrations[count - 1])
  }

  launchExecutor(launch: Partial<LaunchExecutor> & { readonly template?: ExecutorTemplate } = {}): void {
    this.send('launchExecutor', { ...sampleExecutor, ...launch })
  }

  launchDriver(driver: DriverDescription, launch: Partial<LaunchDriver> = {}): void {
    const body: LaunchDriver = { driverId: 'driver-1', attempt: 1, resources: {}, ...launch, driver }
    this.send('launchDriver', body)
  }

  send(method: string, body: unknown = {}): void {
    if (this.#worker === undefined) throw new Error('no worker has registered')
    this.#worker.send(workerEndpoint, method, { body })
  }

  /** Keeps a content for workers to fetch. */
  put(name: string, bytes: Uint8Array | string): { kind: 'blob'; name: string; hash: string; bytes: number } {
    const content = Buffer.from(bytes as string)
    const hash = createHash('sha256').update(content).digest('hex')
    this.#blobs.set(hash, content)
    return { kind: 'blob', name, hash, bytes: content.length }
  }

  /** Other bytes under a hash, as a disk that went bad would have them. */
  corrupt(hash: string, bytes: string): void {
    this.#blobs.set(hash, Buffer.from(bytes))
  }

  /** Contents get stuck after so many bytes. */
  pauseBlobsAfter(bytes: number, reached: () => void): void {
    this.#pause = { bytes, reached }
  }

  executorEnd(executorId = '0'): Promise<ExecutorReport> {
    return eventually(`the end of executor ${executorId}`, () =>
      this.executorReports.find((report) => report.executorId === executorId && /^[A-Z]+ED$/.test(report.state)),
    )
  }

  driverEnd(driverId = 'driver-1', attempt = 1): Promise<DriverReport> {
    return eventually(`the end of ${driverId}`, () =>
      this.driverReports.find(
        (report) => report.driverId === driverId && report.attempt === attempt && report.state !== 'RUNNING',
      ),
    )
  }

  #register(worker: RegisterWorker, peer: RpcPeer): RegisterWorkerAnswer {
    this.registrations.push(worker)
    if (this.refusal !== undefined) return this.refusal
    this.#worker = peer
    this.onRegistration?.(peer)
    const { host, port } = this.address
    const usual = { masterUrl: `spark://${host}:${port}`, masterWebUiUrl: 'http://master.test', epoch: 1 }
    const lists = { unknownExecutors: [], unknownDrivers: [] }
    return { type: 'registered', ...usual, heartbeatIntervalMs: 50, ...lists, ...this.answer }
  }

  #take<T>(list: T[], report: T): { body: object } {
    if (!this.takesReports) throw new Error('not now')
    list.push(report)
    return { body: {} }
  }

  async *#pieces(hash: string): AsyncGenerator<{ body: unknown; attachments: Uint8Array[] }> {
    this.blobRequests.set(hash, (this.blobRequests.get(hash) ?? 0) + 1)
    const content = this.#blobs.get(hash)
    if (content === undefined) throw new Error(`there is no ${hash}`)
    for (let offset = 0; offset < content.length; offset += 1000) {
      if (this.#pause !== undefined && offset >= this.#pause.bytes) {
        this.#pause.reached()
        await new Promise(() => undefined)
      }
      yield { body: { bytes: content.length, offset }, attachments: [content.subarray(offset, offset + 1000)] }
    }
  }
}

const sampleExecutor: LaunchExecutor = {
  appId: 'app-1',
  executorId: '0',
  application: { name: 'sample', user: 'somebody', memoryPerExecutorMiB: 256, resourcesPerExecutor: {} },
  template: { driver: { host: '127.0.0.1', port: 1 }, security: { encrypt: false }, settings: {}, environment: {} },
  cores: 1,
  memoryMiB: 256,
  resources: {},
}
