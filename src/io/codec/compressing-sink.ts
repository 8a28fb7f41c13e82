import { FiresteelError } from '../../common/errors/index.js'
import type { ByteSink } from '../byte-sink.js'
import type { CodecName } from './codec-name.js'

/**
 * Makes sure that this process can write a codec.
 * @throws FS_IO_CODEC
 */
export function checkWritableCodec(codec: CodecName, path: string): void {
  throw new FiresteelError('FS_IO_CODEC', { path, reason: `${codec} cannot be written yet` })
}

/** Compresses on the way to `sink`. */
export function compressingSink(sink: ByteSink, codec: CodecName | undefined, path: string): ByteSink {
  if (codec !== undefined) checkWritableCodec(codec, path)
  return sink
}
