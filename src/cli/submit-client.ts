import { findManager } from '../cluster/index.js'
import { MASTER_REST_PORT, type SourcedSettings, SparkConf } from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { getLogger } from '../common/log/index.js'
import { namesRestServers, RestSubmitClient } from '../deploy/rest-client/index.js'
import { clusterSecurity } from '../rpc/index.js'
import type { SubmitClient } from '../scheduler/index.js'
import { printNote } from './print.js'

/** The client of the cluster that these settings name. What it reports is printed, as Spark does. */
export async function openSubmitClient(settings: SourcedSettings): Promise<{ client: SubmitClient; conf: SparkConf }> {
  const conf = new SparkConf(false).merge(settings)
  const masterUrl = conf.get('spark.master', 'local[*]')
  if (namesRestServers(masterUrl, conf.get(MASTER_REST_PORT))) {
    return { client: await restClient(masterUrl, conf), conf }
  }
  const manager = await findManager(conf, process.cwd())
  if (manager.submitClient === undefined) {
    throw new FiresteelError('FS_SUBMIT_NO_CLUSTER_MODE', { master: masterUrl, reason: 'it runs no drivers' })
  }
  const log = getLogger('SparkSubmit')
  const client = manager.submitClient({
    masterUrl,
    conf,
    log: (level, message) => (level === 'warn' ? log.warn(message) : printNote(message)),
  })
  return { client, conf }
}

async function restClient(masterUrl: string, conf: SparkConf): Promise<SubmitClient> {
  const { secret } = clusterSecurity(conf)
  if (secret === undefined) return new RestSubmitClient(masterUrl, undefined)
  const { webToken } = await import('../web/index.js')
  return new RestSubmitClient(masterUrl, await webToken(secret))
}
