import {
  DEPLOY_ZOOKEEPER_DIGEST,
  DEPLOY_ZOOKEEPER_DIR,
  DEPLOY_ZOOKEEPER_SESSION_TIMEOUT,
  DEPLOY_ZOOKEEPER_URL,
  type SparkConf,
} from '../../../common/conf/index.js'
import { FiresteelError } from '../../../common/errors/index.js'
import { RecordCipher } from '../record-cipher.js'
import type { RecoveryContext, RecoveryMode } from '../recovery-mode.js'
import { steadyClock } from '../steady-clock.js'
import { loadClientLibrary } from './client-library.js'
import { ZooKeeperElection } from './zookeeper-election.js'
import { layoutBelow } from './zookeeper-layout.js'
import type { SessionOptions } from './zookeeper-session.js'
import { ZooKeeperStore } from './zookeeper-store.js'
import { nodePath, parseZooKeeperUrl } from './zookeeper-url.js'

/**
 * ZOOKEEPER: any number of masters, one of which leads; the state is kept in the ensemble.
 *
 * @throws FS_RECOVERY_SETTING when a setting is missing or malformed, FS_RECOVERY_ZOOKEEPER_CLIENT without the client's package
 */
export async function zookeeperRecovery(conf: SparkConf): Promise<RecoveryMode> {
  const needed = (key: string, problem = 'it is not set') =>
    new FiresteelError('FS_RECOVERY_SETTING', { mode: 'ZOOKEEPER', key, problem })
  const url = conf.get(DEPLOY_ZOOKEEPER_URL)
  if (url === undefined) throw needed(DEPLOY_ZOOKEEPER_URL.key)
  const { servers, root } = parseZooKeeperUrl(url)
  const folder = root + nodePath(conf.get(DEPLOY_ZOOKEEPER_DIR), DEPLOY_ZOOKEEPER_DIR.key)
  const digest = conf.get(DEPLOY_ZOOKEEPER_DIGEST)
  if (digest !== undefined && !/^[^:]+:.+$/s.test(digest)) {
    throw needed(DEPLOY_ZOOKEEPER_DIGEST.key, 'it is not user:password')
  }
  const timeoutMs = conf.get(DEPLOY_ZOOKEEPER_SESSION_TIMEOUT)
  const library = await loadClientLibrary()
  const session: SessionOptions = { library, servers, timeoutMs, digest, clock: steadyClock }
  return { name: 'ZOOKEEPER', open: (context) => open(folder, session, context) }
}

async function open(folder: string, session: SessionOptions, context: RecoveryContext) {
  const { secret } = context
  if (secret === undefined) {
    context.log('warn', 'what the master stores in ZooKeeper is not encrypted, as the cluster has no secret')
  }
  const cipher = secret === undefined ? undefined : await RecordCipher.fromSecret(secret)
  const layout = layoutBelow(folder)
  const election = new ZooKeeperElection({ ...session, layout, context })
  return { store: new ZooKeeperStore({ layout, election, cipher, context }), election }
}
