import { FiresteelError } from '../../common/errors/index.js'

/**
 * The body of a request as a text; undefined when it is longer than `maxBytes`, of which no more is kept.
 *
 * @throws FS_REST_REQUEST when the client goes before its end, or it is no UTF-8
 */
export async function readBody(request: Request, maxBytes: number): Promise<string | undefined> {
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) return undefined
  if (request.body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of request.body) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) return undefined
      chunks.push(chunk)
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new FiresteelError('FS_REST_REQUEST', { problem: 'its body ends too early, or is no UTF-8' }, { cause })
  }
}
