import { join, resolve } from 'node:path'
import {
  BLOBS_MAX_SIZE,
  BLOBS_MAX_TOTAL,
  BLOBS_TTL,
  DEPLOY_RECOVERY_DIRECTORY,
  type SparkConf,
} from '../../common/conf/index.js'
import { BlobStore, keepClean, registerBlobEndpoint } from '../../deploy/blobs/index.js'
import type { Master } from '../../deploy/master/index.js'
import type { RpcAddress, RpcEnvironment } from '../../rpc/index.js'

export interface MasterBlobsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly rpc: RpcEnvironment
  /** Where the master listens: several of one machine keep a folder each. */
  readonly address: RpcAddress
}

const cleanIntervalMs = 1_800_000

/** Removes files of old applications, now and then, while the master leads. Returns what ends that. */
export function keepMasterBlobsClean(conf: SparkConf, blobs: BlobStore, master: Master): () => void {
  const options = { intervalMs: cleanIntervalMs, olderThanMs: conf.get(BLOBS_TTL) }
  return keepClean(blobs, { ...options, drivers: () => master.activeDrivers() })
}

/** The files of submitted applications, kept beside a master's other state. */
export function openMasterBlobs(conf: SparkConf, { environment, rpc, address }: MasterBlobsOptions): BlobStore {
  const base =
    conf.get(DEPLOY_RECOVERY_DIRECTORY) ?? environment.SPARK_WORKER_DIR ?? join(environment.SPARK_HOME ?? '.', 'work')
  const store = new BlobStore(resolve(base, `.master-blobs-${address.port}`), {
    maxBytes: conf.get(BLOBS_MAX_SIZE),
    maxTotalBytes: conf.get(BLOBS_MAX_TOTAL),
  })
  registerBlobEndpoint(rpc, store)
  return store
}
