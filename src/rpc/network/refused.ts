import type { RefusalReason } from '../environment.js'

/** Ends a handshake; becomes a log line on the side that listens and an FS_RPC_REFUSED on the side that dialled. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause })
    this.reason = reason
  }
}
