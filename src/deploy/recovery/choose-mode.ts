import { DEPLOY_RECOVERY_MODE, type SparkConf } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { customRecovery } from './custom-recovery.js'
import { filesystemRecovery } from './filesystem/filesystem-recovery.js'
import { noRecovery } from './no-recovery.js'
import type { RecoveryMode } from './recovery-mode.js'
import { zookeeperRecovery } from './zookeeper/zookeeper-recovery.js'

/**
 * The mode that `spark.deploy.recoveryMode` names. What only one mode needs is loaded with it.
 *
 * @throws FS_RECOVERY_MODE for an unknown one, FS_RECOVERY_SETTING when a setting that it needs is missing or wrong, FS_RECOVERY_MODULE and
 * FS_RECOVERY_ZOOKEEPER_CLIENT when what it needs cannot be loaded
 */
export async function recoveryMode(conf: SparkConf): Promise<RecoveryMode> {
  const mode = conf.get(DEPLOY_RECOVERY_MODE).trim().toUpperCase()
  switch (mode) {
    case '':
    case 'NONE':
      return noRecovery()
    case 'FILESYSTEM':
      return filesystemRecovery(conf)
    case 'ZOOKEEPER':
      return zookeeperRecovery(conf)
    case 'CUSTOM':
      return customRecovery(conf)
    case 'ROCKSDB':
      throw new FiresteelError('FS_RECOVERY_MODE', {
        mode,
        problem:
          'RocksDB needs native code; FILESYSTEM keeps the same records in the same spark.deploy.recoveryDirectory',
      })
    default:
      throw new FiresteelError('FS_RECOVERY_MODE', { mode, problem: 'there is no such mode' })
  }
}
