import { join, resolve } from 'node:path'
import { DEPLOY_RECOVERY_DIRECTORY, type SparkConf } from '../../common/conf/index.js'
import { BlobStore, registerBlobEndpoint } from '../../deploy/blobs/index.js'
import type { RpcEnvironment } from '../../rpc/index.js'

const maxBytes = 2 * 2 ** 30
const maxTotalBytes = 20 * 2 ** 30

/** The files of submitted applications, kept beside a master's other state. */
export function openMasterBlobs(
  conf: SparkConf,
  environment: Readonly<Record<string, string | undefined>>,
  rpc: RpcEnvironment,
): BlobStore {
  const base =
    conf.get(DEPLOY_RECOVERY_DIRECTORY) ?? environment.SPARK_WORKER_DIR ?? join(environment.SPARK_HOME ?? '.', 'work')
  const store = new BlobStore(resolve(base, '.master-blobs'), { maxBytes, maxTotalBytes })
  registerBlobEndpoint(rpc, store)
  return store
}
