import { blobEndpoint } from '../../cluster/standalone/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import type { AskOptions } from '../../rpc/index.js'
import type { MasterLink } from './master-link.js'

/** Masters that may be lost on the way. */
const attempts = 5
const losses = ['FS_RPC_PEER_CLOSED', 'FS_RPC_PEER_LOST', 'FS_RPC_PEER_SILENT'] as const

/**
 * Gets a content from the master that leads. When that is lost on the way, the next one goes on where it stopped: a content is the same
 * everywhere.
 */
export async function* fetchBlob(
  link: Pick<MasterLink, 'leaderWithin'>,
  hash: string,
  options: AskOptions & { readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  let received = 0
  for (let attempt = 1; ; attempt++) {
    try {
      const leader = await link.leaderWithin(options.timeoutMs, options.signal)
      let position = 0
      for await (const { attachments = [] } of leader.askStream(blobEndpoint, 'getBlob', { body: { hash } }, options)) {
        for (const piece of attachments) {
          const known = Math.min(piece.byteLength, received - position)
          position += piece.byteLength
          if (known === piece.byteLength) continue
          received = position
          yield piece.subarray(known)
        }
      }
      return
    } catch (error) {
      const isLost = losses.some((code) => FiresteelError.is(error, code))
      if (!isLost || attempt === attempts) throw error
    }
  }
}
