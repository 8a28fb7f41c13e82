import type { SparkConf } from '../../../common/conf/index.js'
import { FiresteelError } from '../../../common/errors/index.js'
import type { RecoveryMode } from '../recovery-mode.js'

export async function zookeeperRecovery(_conf: SparkConf): Promise<RecoveryMode> {
  throw new FiresteelError('FS_RECOVERY_MODE', { mode: 'ZOOKEEPER', problem: 'not yet' })
}
