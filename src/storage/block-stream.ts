import { bulkPieceBytes as pieceBytes, type RpcMessage } from '../rpc/index.js'
import type { GetHead } from './block-messages.js'
import { cutFrames, type Frames, sharedBytes } from './shared-frames.js'

/** Attachments of one message at most, where frames are small. */
const pieceAttachments = 1_000

/** A block as a stream: the lengths of its frames, then their bytes, in messages of half a megabyte. Nothing is copied. */
export function* blockMessages(frames: Frames): Generator<RpcMessage> {
  yield { body: { lengths: frames.map((frame) => frame.byteLength) } satisfies GetHead }
  let attachments: Uint8Array[] = []
  let bytes = 0
  for (const frame of frames) {
    for (let at = 0; at < frame.byteLength; ) {
      const piece = frame.subarray(at, at + pieceBytes - bytes)
      attachments.push(piece)
      at += piece.byteLength
      bytes += piece.byteLength
      if (bytes < pieceBytes && attachments.length < pieceAttachments) continue
      yield { body: null, attachments }
      attachments = []
      bytes = 0
    }
  }
  if (attachments.length > 0) yield { body: null, attachments }
}

/** The reverse of `blockMessages`: the frames, in shared memory. */
export async function readBlockMessages(messages: AsyncIterable<RpcMessage>): Promise<Frames> {
  let head: GetHead | undefined
  let into = sharedBytes(0)
  let at = 0
  for await (const message of messages) {
    if (head === undefined) {
      head = message.body as GetHead
      into = sharedBytes(head.lengths.reduce((sum, length) => sum + length, 0))
      continue
    }
    // A piece beyond the end makes `set` throw; nothing is ever written past it.
    for (const piece of message.attachments ?? []) {
      into.set(piece, at)
      at += piece.byteLength
    }
  }
  if (head === undefined || at !== into.byteLength)
    throw new Error(`a block's stream ended after ${at} of ${into.byteLength} bytes`)
  return cutFrames(into, head.lengths)
}
