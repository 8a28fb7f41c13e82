import { join, resolve } from 'node:path'
import { BLOBS_MAX_SIZE, BLOBS_MAX_TOTAL, DEPLOY_RECOVERY_DIRECTORY, type SparkConf } from '../../common/conf/index.js'
import { BlobStore, registerBlobEndpoint } from '../../deploy/blobs/index.js'
import type { RpcAddress, RpcEnvironment } from '../../rpc/index.js'

export interface MasterBlobsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly rpc: RpcEnvironment
  /** Where the master listens: several of one machine keep a folder each. */
  readonly address: RpcAddress
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
