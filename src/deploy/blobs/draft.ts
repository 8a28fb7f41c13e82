import { createHash } from 'node:crypto'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { FiresteelError } from '../../common/errors/index.js'

const readBytes = 1 << 20

/**
 * A content that is being uploaded. All who upload the same content at once write one draft: each piece joins on to what is there, whoever
 * it came from. So what a broken connection has left goes on, in a master that was started again too.
 */
export class Draft {
  readonly #path: string
  readonly #hash: string
  readonly #bytes: number
  /** Calls come one after another. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(path: string, { hash, bytes }: { readonly hash: string; readonly bytes: number }) {
    this.#path = path
    this.#hash = hash
    this.#bytes = bytes
  }

  /**
   * Adds the part of a piece that is not there yet, if it joins.
   * @param finished told, within the turn of this call, when the content is whole, verified and under its name
   * @returns how many bytes are there now
   * @throws FS_BLOB_CORRUPT when it is whole and has another hash; then it begins anew
   */
  add(piece: Uint8Array, offset: number, target: { readonly path: string; finished(): void }): Promise<number> {
    const turn = this.#last.then(() => this.#add(piece, offset, target))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #add(piece: Uint8Array, offset: number, target: { readonly path: string; finished(): void }): Promise<number> {
    const ended = await stat(target.path).catch(() => undefined)
    if (ended !== undefined) return this.#bytes
    const file = await open(this.#path, 'a+', 0o600)
    let length: number
    try {
      length = (await file.stat()).size
      const known = length - offset
      if (known >= 0 && known < piece.byteLength) {
        const fresh = piece.subarray(known, known + this.#bytes - length)
        await append(file, fresh)
        length += fresh.byteLength
      }
      if (length < this.#bytes) return length
      await file.sync()
      await this.#verify(file)
    } finally {
      await file.close()
    }
    await rename(this.#path, target.path)
    target.finished()
    return length
  }

  /** Of what is on the disk, not of what was handed over. */
  async #verify(file: FileHandle): Promise<void> {
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(Math.min(readBytes, Math.max(this.#bytes, 1)))
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
    const actual = hash.digest('hex')
    if (actual === this.#hash) return
    await rm(this.#path, { force: true })
    throw new FiresteelError('FS_BLOB_CORRUPT', { hash: this.#hash, bytes: this.#bytes, actual })
  }
}

async function append(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) at += (await file.write(bytes, at)).bytesWritten
}
