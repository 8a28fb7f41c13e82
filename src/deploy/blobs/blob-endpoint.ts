import { open } from 'node:fs/promises'
import {
  type BlobPiece,
  blobEndpoint,
  type MissingBlobsAnswer,
  type PutBlobAnswer,
  readMessage,
  toBlobs,
} from '../../cluster/standalone/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { bulkPieceBytes, type RpcEnvironment, type RpcHandlers, type RpcMessage } from '../../rpc/index.js'
import type { BlobStore } from './blob-store.js'

/** Offers a store to clients, who put, and to workers, who get. */
export function registerBlobEndpoint(rpc: RpcEnvironment, store: BlobStore): { unregister(): void } {
  return rpc.register(blobEndpoint, blobHandlers(store))
}

function blobHandlers(store: BlobStore): RpcHandlers {
  return {
    missingBlobs: ({ body }) => {
      const answer: MissingBlobsAnswer = {
        missing: store.missing(readMessage(toBlobs.missingBlobs, body, 'missingBlobs').hashes),
      }
      return { body: answer }
    },
    putBlob: async ({ body, attachments = [] }) => {
      const { hash, bytes, offset } = readMessage(toBlobs.putBlob, body, 'putBlob')
      const received = await store.put(hash, bytes, { piece: attachments[0] ?? new Uint8Array(0), offset })
      const answer: PutBlobAnswer = { received, isComplete: received === bytes }
      return { body: answer }
    },
    getBlob: ({ body }) => read(store, readMessage(toBlobs.getBlob, body, 'getBlob').hash),
  }
}

/** An open file is read to its end even when the store is cleaned meanwhile. */
async function* read(store: BlobStore, hash: string): AsyncGenerator<RpcMessage> {
  const blob = store.find(hash)
  if (blob === undefined) throw new FiresteelError('FS_BLOB_MISSING', { hash })
  const file = await open(blob.path, 'r')
  try {
    for (let offset = 0; offset < blob.bytes; ) {
      // A buffer each: it is sent while the next one is read.
      const buffer = Buffer.allocUnsafeSlow(Math.min(bulkPieceBytes, blob.bytes - offset))
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset)
      if (bytesRead === 0) throw new FiresteelError('FS_BLOB_MISSING', { hash })
      const body: BlobPiece = { bytes: blob.bytes, offset }
      yield { body, attachments: [buffer.subarray(0, bytesRead)] }
      offset += bytesRead
    }
  } finally {
    await file.close()
  }
}
