import { FiresteelError } from '../../common/errors/index.js'
import type { ByteSource } from '../byte-source.js'

const endedEarly = 'the file ends in the middle of its compressed data'
const usualWindowBytes = 65_536

/** Zeros after the last byte, so that a decoder may look ahead without asking at each byte whether there is one. */
const padding = 16

/**
 * The compressed bytes of a file, with a window that decoders index directly: `bytes[position..end)` are real, and at least
 * `padding` zeros follow them once the file has ended. A decoder that moved `position` past `end` calls `checkEnd`.
 */
export class CompressedInput {
  readonly path: string
  readonly bytes: Uint8Array
  position = 0
  end = 0
  readonly #source: ByteSource
  #base = 0
  #isEnded = false

  constructor(source: ByteSource, path: string, windowBytes = usualWindowBytes) {
    this.#source = source
    this.path = path
    this.bytes = new Uint8Array(windowBytes + padding)
  }

  /** Makes at least `count` bytes (at most the window's) available, or all that are left; returns how many there are. */
  ensure(count: number): number {
    while (this.end - this.position < count && !this.#isEnded) this.#refill()
    return this.end - this.position
  }

  /** Whether every byte was taken. */
  isAtEnd(): boolean {
    return this.ensure(1) <= 0
  }

  /** @throws FS_IO_CORRUPT when the file has ended */
  byte(): number {
    if (this.position >= this.end && this.ensure(1) <= 0) throw this.truncated()
    return this.bytes[this.position++] as number
  }

  /** Little-endian, unsigned. */
  uint(byteCount: number): number {
    let value = 0
    for (let i = 0, unit = 1; i < byteCount; i++, unit *= 256) value += this.byte() * unit
    return value
  }

  /** @throws FS_IO_CORRUPT when a decoder took bytes that are not there */
  checkEnd(): void {
    if (this.position > this.end) throw this.truncated()
  }

  /** Up to `count` bytes as they lie in the window, at least one. They hold until the next call. */
  take(count: number): Uint8Array {
    if (this.ensure(1) <= 0) throw this.truncated()
    const length = Math.min(count, this.end - this.position)
    this.position += length
    return this.bytes.subarray(this.position - length, this.position)
  }

  /** What is wrong here; that the file has ended, if the zeros after it were looked at. */
  corrupt(reason: string): FiresteelError {
    const hasEnded = this.#isEnded && this.position > this.end
    return this.#error(hasEnded ? endedEarly : reason)
  }

  truncated(): FiresteelError {
    return this.#error(endedEarly)
  }

  close(): void {
    this.#source.close()
  }

  get bytesRead(): number {
    return this.#source.bytesRead
  }

  #error(reason: string): FiresteelError {
    const offset = this.#base + Math.min(this.position, this.end)
    return new FiresteelError('FS_IO_CORRUPT', { path: this.path, offset, reason })
  }

  #refill(): void {
    this.bytes.copyWithin(0, this.position, this.end)
    this.#base += this.position
    this.end -= this.position
    this.position = 0
    const count = this.#source.read(this.bytes, this.end, this.bytes.length - padding - this.end)
    this.end += count
    if (count > 0) return
    this.#isEnded = true
    this.bytes.fill(0, this.end)
  }
}
