import { FiresteelError } from '../../common/errors/index.js'
import { parseBytes } from '../../common/index.js'

/** MiB of a memory flag such as `2G` or `1000m`; a bare number counts MiB, as in Spark. @throws FS_SUBMIT_FLAG_VALUE */
export function memoryOf(text: string | undefined, flag: string): number | undefined {
  if (text === undefined || text === '') return undefined
  const bytes = parseBytes(text, 'm')
  const mebibytes = bytes === undefined ? 0 : Math.floor(bytes / 2 ** 20)
  if (mebibytes >= 1) return mebibytes
  throw new FiresteelError('FS_SUBMIT_FLAG_VALUE', { flag, needs: 'memory such as 1000M or 2G', value: text })
}
