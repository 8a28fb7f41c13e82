import { mkdir, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  DEPLOY_RECOVERY_COMPRESSION_CODEC,
  DEPLOY_RECOVERY_DIRECTORY,
  type SparkConf,
} from '../../../common/conf/index.js'
import { FiresteelError } from '../../../common/errors/index.js'
import { type CompressionCodec, compressionCodec } from '../../../serializer/index.js'
import type { RecoveryContext, RecoveryMode } from '../recovery-mode.js'
import { steadyClock } from '../steady-clock.js'
import { FileElection } from './file-election.js'
import { RecordFolder } from './record-folder.js'

/**
 * FILESYSTEM: the state is kept in a folder, for the same master started again; a second master on the same folder stands by.
 *
 * @throws FS_RECOVERY_SETTING without a folder, FS_SERIALIZER_CODEC_UNKNOWN for a codec that there is not
 */
export function filesystemRecovery(conf: SparkConf): RecoveryMode {
  const directory = conf.get(DEPLOY_RECOVERY_DIRECTORY)
  if (directory === undefined || directory.trim() === '') {
    const { key } = DEPLOY_RECOVERY_DIRECTORY
    throw new FiresteelError('FS_RECOVERY_SETTING', { mode: 'FILESYSTEM', key, problem: 'it is not set' })
  }
  const folder = resolve(directory.replace(/^file:(?:\/\/)?(?=\/)/, ''))
  const codecName = conf.get(DEPLOY_RECOVERY_COMPRESSION_CODEC)
  const codec = codecName === undefined ? undefined : compressionCodec(codecName)
  return { name: 'FILESYSTEM', open: (context) => openFolder(folder, { codec, context }) }
}

async function openFolder(
  folder: string,
  { codec, context }: { codec: CompressionCodec | undefined; context: RecoveryContext },
) {
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 })
    // One that was there is its owner's, who may keep other things in it; the files are closed to others in any case.
    if (made === undefined && ((await stat(folder)).mode & 0o077) !== 0 && process.platform !== 'win32') {
      context.log('warn', `${folder} is open to other users; only the master needs it: chmod 700`)
    }
  } catch (error) {
    throw new FiresteelError(
      'FS_RECOVERY_DIRECTORY',
      { path: folder, problem: (error as Error).message },
      { cause: error },
    )
  }
  const election = new FileElection({ folder, context, clock: steadyClock })
  return { store: new RecordFolder({ folder, codec, election, context }), election }
}
