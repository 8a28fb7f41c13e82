import { createHash } from 'node:crypto'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { FiresteelError } from '../../common/errors/index.js'
import { bulkPieceBytes, type RpcPeer } from '../../rpc/index.js'
import {
  blobEndpoint,
  type MissingBlobs,
  masterAnswers,
  type PutBlob,
  type PutBlobAnswer,
  readMessage,
} from './protocol/index.js'

/** A file of this machine, known by its content. */
export interface LocalBlob {
  readonly path: string
  /** For people. */
  readonly name: string
  readonly hash: string
  readonly bytes: number
}

/** What an upload came to. */
export interface UploadReport {
  /** Those that the master did not have. */
  readonly uploaded: readonly LocalBlob[]
  /** Bytes of those. */
  readonly bytes: number
}

/** An upload that somebody's wrong bytes spoilt begins anew this often. */
const restarts = 2

/** Reads a file to learn its hash and size. @throws Node's own error when it cannot be read */
export async function localBlob(path: string, name: string): Promise<LocalBlob> {
  const hash = createHash('sha256')
  const file = await open(path, 'r')
  let bytes = 0
  try {
    for await (const piece of pieces(file, 0, (await file.stat()).size)) {
      hash.update(piece)
      bytes += piece.byteLength
    }
  } finally {
    await file.close()
  }
  return { path, name, hash: hash.digest('hex'), bytes }
}

/**
 * Gives a master the contents that it does not have yet; of those it has, nothing is sent.
 *
 * @throws FS_BLOB_UPLOAD when a file has changed meanwhile, FS_BLOB_TOO_LARGE, FS_BLOB_STORE_FULL, FS_BLOB_CORRUPT, and what asking throws
 */
export async function uploadBlobs(
  peer: RpcPeer,
  blobs: readonly LocalBlob[],
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<UploadReport> {
  const byHash = new Map(blobs.map((blob) => [blob.hash, blob]))
  if (byHash.size === 0) return { uploaded: [], bytes: 0 }
  const question: MissingBlobs = { hashes: [...byHash.keys()] }
  const { body } = await peer.ask(blobEndpoint, 'missingBlobs', { body: question }, { timeoutMs })
  const missing = new Set(readMessage(masterAnswers.missingBlobs, body, 'missingBlobs').missing)
  const uploaded = [...byHash.values()].filter(({ hash }) => missing.has(hash))
  for (const blob of uploaded) await uploadAnew(peer, blob, timeoutMs)
  return { uploaded, bytes: uploaded.reduce((sum, { bytes }) => sum + bytes, 0) }
}

async function uploadAnew(peer: RpcPeer, blob: LocalBlob, timeoutMs: number): Promise<void> {
  for (let left = restarts; ; left--) {
    try {
      await upload(peer, blob, timeoutMs)
      return
    } catch (error) {
      if (left === 0 || !FiresteelError.is(error, 'FS_BLOB_CORRUPT')) throw error
    }
  }
}

/** Sends pieces, each from where the master says that it is. */
async function upload(peer: RpcPeer, blob: LocalBlob, timeoutMs: number): Promise<void> {
  const { path, name, hash, bytes } = blob
  const file = await open(path, 'r')
  const put = async (offset: number, piece: Uint8Array): Promise<PutBlobAnswer> => {
    const message: PutBlob = { hash, bytes, offset }
    const answer = await peer.ask(blobEndpoint, 'putBlob', { body: message, attachments: [piece] }, { timeoutMs })
    return readMessage(masterAnswers.putBlob, answer.body, 'putBlob')
  }
  try {
    if ((await stat(path)).size !== bytes) throw changed(name, peer.address)
    // An empty piece first: what an earlier connection has left is gone on with.
    let { received, isComplete } = await put(0, new Uint8Array(0))
    while (!isComplete) {
      const piece = await readPiece(file, received, bytes)
      if (piece.byteLength === 0) throw changed(name, peer.address)
      const answer = await put(received, piece)
      received = answer.received
      isComplete = answer.isComplete
    }
  } finally {
    await file.close()
  }
}

function changed(name: string, address: string): FiresteelError {
  return new FiresteelError('FS_BLOB_UPLOAD', { name, address, problem: 'the file was changed meanwhile' })
}

async function* pieces(file: FileHandle, from: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < end; ) {
    const piece = await readPiece(file, at, end)
    if (piece.byteLength === 0) return
    yield piece
    at += piece.byteLength
  }
}

async function readPiece(file: FileHandle, at: number, end: number): Promise<Uint8Array> {
  // A buffer each: it may still be on its way out when the next one is read.
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, Math.min(bulkPieceBytes, end - at)))
  const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
  return buffer.subarray(0, bytesRead)
}
