import { CLUSTER_MANAGERS, MASTER, type SparkConf } from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { moduleUrl } from '../common/index.js'
import type { ClusterManager } from '../scheduler/index.js'
import { localClusterManager, localManager } from './local/index.js'
import { standaloneManager } from './standalone/index.js'

const builtIn: readonly ClusterManager[] = [localManager, localClusterManager, standaloneManager]

/**
 * The manager that claims the master URL of these settings, for drivers and for submit alike. Those that `spark.firesteel.clusterManagers`
 * names are asked first, so that one may take the place of a built-in one.
 *
 * @param folder where relative paths and packages are looked up
 * @throws FS_CONTEXT_MASTER_URL when none claims it, FS_CONTEXT_MANAGER when a module cannot be loaded or has no manager
 */
export async function findManager(conf: SparkConf, folder: string): Promise<ClusterManager> {
  const url = conf.get(MASTER) ?? 'local[*]'
  const others = await Promise.all(conf.get(CLUSTER_MANAGERS).map((name) => loadManager(name, folder)))
  const manager = [...others, ...builtIn].find((candidate) => candidate.claims(url))
  if (manager === undefined) throw new FiresteelError('FS_CONTEXT_MASTER_URL', { url })
  return manager
}

async function loadManager(name: string, folder: string): Promise<ClusterManager> {
  try {
    const { clusterManager } = (await import(moduleUrl(name, folder))) as { clusterManager?: ClusterManager }
    if (typeof clusterManager?.claims !== 'function' || typeof clusterManager.create !== 'function')
      throw new Error('it exports no clusterManager with claims() and create()')
    return clusterManager
  } catch (cause) {
    throw new FiresteelError('FS_CONTEXT_MANAGER', { name, problem: (cause as Error).message }, { cause })
  }
}
