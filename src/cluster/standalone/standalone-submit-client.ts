import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import {
  AUTHENTICATE_SECRET,
  AUTHENTICATE_SECRET_FILE,
  DRIVER_CORES,
  DRIVER_MEMORY,
  DRIVER_SUPERVISE,
  RPC_MESSAGE_MAX_SIZE,
  type SparkConf,
  SUBMIT_TIMEOUT,
} from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { type Clock, formatBytes, systemClock } from '../../common/index.js'
import {
  clusterSecurity,
  createNetworkRpc,
  type RpcEnvironment,
  type RpcPeer,
  securityOptions,
} from '../../rpc/index.js'
import type { ClusterApplication, SubmissionStatus, SubmitClient, SubmitContext } from '../../scheduler/index.js'
import { MasterGroup } from './master-group.js'
import { mastersOf } from './master-url.js'
import {
  type ApplicationFile,
  type DriverDescription,
  type DriverStatus,
  hasDriverEnded,
  type KillSubmittedDriver,
  type SubmitDriver,
} from './protocol/index.js'
import { resourceAmounts } from './resource-amounts.js'
import { type LocalBlob, localBlob, type UploadReport, uploadBlobs } from './upload-blobs.js'
import { userName } from './user-name.js'

/** In place of the network, for tests. */
export interface SubmitSurroundings {
  readonly rpc?: RpcEnvironment
  readonly clock?: Clock
}

const mib = 1_048_576
/** Longest wait for the answer to one piece of an upload. */
const pieceTimeoutMs = 30_000

/** Settings that mean something on the submitting machine alone, or that travel in the description itself. */
const ownSettings = new Set([
  AUTHENTICATE_SECRET.key,
  AUTHENTICATE_SECRET_FILE.key,
  'spark.files',
  'spark.archives',
  'spark.jars',
  'spark.jars.packages',
  'spark.jars.excludes',
  'spark.jars.repositories',
  'spark.firesteel.jars.folders',
])

/**
 * Submits drivers to a standalone cluster over its own protocol. What the application consists of goes to every master that can be reached,
 * so that the next leader has it, too; a content that a master has is not sent again.
 */
export class StandaloneSubmitClient implements SubmitClient {
  readonly #context: SubmitContext
  readonly #rpc: RpcEnvironment
  readonly #masters: MasterGroup
  /** Of each master, by its URL. */
  readonly #uploads = new Map<string, Promise<UploadReport>>()

  /** @throws FS_CONTEXT_MASTER_URL, FS_RPC_SECURITY_FILE */
  constructor(context: SubmitContext, { rpc, clock = systemClock }: SubmitSurroundings = {}) {
    const { conf, masterUrl } = context
    const masters = mastersOf(masterUrl)
    this.#context = context
    this.#rpc =
      rpc ??
      createNetworkRpc({
        name: 'client',
        ...securityOptions(clusterSecurity(conf)),
        maxMessageBytes: conf.get(RPC_MESSAGE_MAX_SIZE),
      })
    this.#masters = new MasterGroup({
      rpc: this.#rpc,
      masters,
      clock,
      timeoutMs: conf.get(SUBMIT_TIMEOUT),
      warn: (message) => context.log('warn', message),
    })
  }

  async submit(application: ClusterApplication): Promise<{ readonly id: string; readonly message: string }> {
    const files = new FileList()
    const driver = await describeDriver(application, files)
    await this.#uploadToAll(files.blobs)
    const question: SubmitDriver = { driver }
    const prepare = (url: string, peer: RpcPeer) => this.#upload(url, peer, files.blobs)
    const answer = await this.#masters.ask('submitDriver', question, { prepare })
    if (answer.type === 'refused') {
      throw new FiresteelError('FS_CLUSTER_REFUSED', { what: 'the application', reason: answer.message })
    }
    return { id: answer.driverId, message: answer.message }
  }

  async status(id: string): Promise<SubmissionStatus> {
    const question: DriverStatus = { driverId: id }
    const answer = await this.#masters.ask('driverStatus', question)
    const { found, state, workerId, workerHostPort, exitCode, message } = answer
    return {
      id,
      found,
      state,
      isFinal: !found || (state !== undefined && hasDriverEnded(state)),
      exitCode,
      place: workerId === undefined ? undefined : `${workerId}${workerHostPort ? ` at ${workerHostPort}` : ''}`,
      message,
    }
  }

  async kill(id: string): Promise<{ readonly success: boolean; readonly message: string }> {
    const question: KillSubmittedDriver = { driverId: id }
    const { success, message } = await this.#masters.ask('killSubmittedDriver', question)
    return { success, message }
  }

  async close(): Promise<void> {
    await this.#masters.close()
    await this.#rpc.close()
  }

  // --- uploads

  async #uploadToAll(blobs: readonly LocalBlob[]): Promise<void> {
    const { urls } = this.#masters
    const outcomes = await Promise.allSettled(
      urls.map(async (url) => this.#upload(url, await this.#masters.peer(url), blobs)),
    )
    outcomes.forEach((outcome, at) => {
      if (outcome.status === 'fulfilled') this.#report(urls[at] as string, outcome.value, blobs)
      else if (urls.length > 1) this.#warn(urls[at] as string, outcome.reason)
    })
  }

  #upload(url: string, peer: RpcPeer, blobs: readonly LocalBlob[]): Promise<UploadReport> {
    const known = this.#uploads.get(url)
    if (known !== undefined) return known
    const upload = uploadBlobs(peer, blobs, { timeoutMs: pieceTimeoutMs })
    this.#uploads.set(url, upload)
    upload.catch(() => this.#uploads.delete(url))
    return upload
  }

  #report(url: string, { uploaded, bytes }: UploadReport, blobs: readonly LocalBlob[]): void {
    const total = new Set(blobs.map(({ hash }) => hash)).size
    const all = blobs.reduce((sum, blob) => sum + blob.bytes, 0)
    const what =
      uploaded.length === 0
        ? `nothing to upload: it has all ${total} files (${formatBytes(all)})`
        : `uploaded ${uploaded.length} of ${total} files (${formatBytes(bytes)} of ${formatBytes(all)})`
    this.#context.log('info', `${url}: ${what}`)
  }

  #warn(url: string, reason: unknown): void {
    const problem = reason instanceof Error ? reason.message : String(reason)
    this.#context.log(
      'warn',
      `the application could not be uploaded to ${url}: ${problem}; should that master lead before it is submitted again, it cannot start the driver`,
    )
  }
}

/** Files of an application, each read once. */
class FileList {
  readonly blobs: LocalBlob[] = []

  /**
   * @param place absolute path, perhaps with `#alias` at its end, or a URL
   * @throws FS_SUBMIT_FILE
   */
  async add(place: string, kind: string): Promise<ApplicationFile> {
    if (/^[a-z][a-z0-9+.-]+:/i.test(place) && !/^[a-z]:[\\/]/i.test(place)) return { kind: 'url', url: place }
    const { path, name } = takeApart(place)
    try {
      const blob = await localBlob(path, name)
      this.blobs.push(blob)
      return { kind: 'blob', name, hash: blob.hash, bytes: blob.bytes }
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(cause)
      throw new FiresteelError('FS_SUBMIT_FILE', { kind, path: place, reason }, { cause })
    }
  }
}

/** `/data/words.tgz#words`: the alias stays in the name, whose first part tells the kind of file. */
function takeApart(place: string): { readonly path: string; readonly name: string } {
  const hash = place.lastIndexOf('#')
  if (hash < 0 || isFile(place)) return { path: place, name: basename(place) }
  const path = place.slice(0, hash)
  return { path, name: `${basename(path)}${place.slice(hash)}` }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

async function describeDriver(application: ClusterApplication, files: FileList): Promise<DriverDescription> {
  const { conf, name, main, className, args, environment } = application
  const all = (kind: string, places: readonly string[]) => Promise.all(places.map((place) => files.add(place, kind)))
  return {
    token: randomUUID(),
    name,
    user: userName(),
    application: await files.add(main, 'application'),
    className,
    args,
    settings: travellingSettings(conf),
    environment,
    jars: await all('--jars', application.jars),
    files: await all('--files', application.files),
    archives: await all('--archives', application.archives),
    packages: await all('package', application.packages),
    cores: conf.get(DRIVER_CORES),
    memoryMiB: Math.ceil(conf.get(DRIVER_MEMORY) / mib),
    supervise: conf.get(DRIVER_SUPERVISE),
    resources: resourceAmounts(conf, 'spark.driver.resource.'),
  }
}

/** The secret of the cluster does not travel, and no file of this machine for TLS: whoever runs the driver has its own. */
function travellingSettings(conf: SparkConf): Record<string, string> {
  return Object.fromEntries(conf.getAll().filter(([key]) => !ownSettings.has(key) && !key.startsWith('spark.ssl.')))
}
