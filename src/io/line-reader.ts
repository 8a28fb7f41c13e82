import { FiresteelError } from '../common/errors/index.js'
import type { BatchReader } from './batch-reader.js'
import type { ByteSource } from './byte-source.js'
import { decodeLines } from './line-decoder.js'

/** The place of a record in its file, for messages. */
export interface RecordPlace {
  /** First byte, counted from 0 (in the decompressed bytes, if the file is compressed). */
  readonly offset: number
  /** Line, counted from 1; known when the reader began at the file's start. */
  readonly line?: number
}

export interface LineReaderOptions {
  /** For messages. */
  readonly path: string
  /** Where `source` stands in the file. */
  readonly position: number
  /** Lines that start here or later are not ours. */
  readonly end: number
  /** Whether `source` stands one byte before our first possible line, so that everything up to a terminator is skipped. */
  readonly skipFirst: boolean
  /** Bytes read at a time. */
  readonly chunkBytes: number
  /** Whether only LF ends a line, and a CR is a character like others. Default: false. */
  readonly onlyLineFeed?: boolean
  /** What to throw when the source ends before `end`. */
  readonly onEarlyEnd: (position: number) => Error
}

const lineFeed = 10
const carriageReturn = 13

/** A string cannot have more characters (536,870,888 on 64 bits); a line of more bytes is refused. */
export const maxLineBytes = 0x1fffffe8

/** How much is read at first to finish the last line of a split, beyond the split's end. */
const tailBytes = 4096

const byteOrderMark = '\uFEFF'
const byteOrderMarkBytes = 3

/**
 * Cuts a source of bytes into lines. The lines of a split are those that start in it: it skips what is left of the line
 * before, and reads beyond its end what is missing of its last line. CR LF across the border is one terminator.
 */
export class LineReader implements BatchReader<string> {
  readonly #source: ByteSource
  readonly #options: LineReaderOptions
  #buffer: Buffer
  /** Bytes of `#buffer` in use are `[#from, #filled)`; `#base` is the place of its first byte in the file. */
  #from = 0
  #filled = 0
  #base: number
  /** Where the last batch lay in the buffer, to find a record's place again. */
  #batchStart = 0
  #batchEnd = 0
  #recordsBefore = 0
  #recordsRead = 0
  #isStarted = false
  #isSourceEnded = false
  #done: boolean

  constructor(source: ByteSource, options: LineReaderOptions) {
    this.#source = source
    this.#options = options
    this.#base = options.position
    this.#done = options.position >= options.end
    // Room for what is left of the chunk before, so that the buffer seldom has to grow.
    this.#buffer = Buffer.allocUnsafeSlow(this.#done ? 0 : options.chunkBytes * 2)
  }

  next(): string[] | undefined {
    if (this.#done) return undefined
    if (this.#options.skipFirst && !this.#isStarted) this.#skipToLineStart()
    while (!this.#done) {
      const regionEnd = this.#readWholeLines()
      const lines = decodeLines(this.#buffer.subarray(this.#from, regionEnd), this.#options)
      this.#batchStart = this.#from
      this.#batchEnd = regionEnd
      this.#from = regionEnd
      if (!this.#isStarted) this.#dropByteOrderMark(lines, regionEnd)
      if (lines.length === 0) continue
      this.#recordsBefore = this.#recordsRead
      this.#recordsRead += lines.length
      return lines
    }
    this.#source.close()
    return undefined
  }

  close(): void {
    this.#done = true
    this.#buffer = Buffer.alloc(0)
    this.#source.close()
  }

  get bytesRead(): number {
    return this.#source.bytesRead
  }

  get recordsRead(): number {
    return this.#recordsRead
  }

  /** The place of the line at `index` of the batch handed out last. */
  placeOf(index: number): RecordPlace {
    let at = this.#batchStart
    for (let passed = 0; passed < index; passed++) {
      const end = this.#firstTerminator(at, this.#batchEnd)
      at = end + (this.#buffer[end] === carriageReturn && this.#buffer[end + 1] === lineFeed ? 2 : 1)
    }
    const offset = this.#base + at
    return this.#options.skipFirst ? { offset } : { offset, line: this.#recordsBefore + index + 1 }
  }

  /** Finds the first line that is ours, beyond the first terminator. */
  #skipToLineStart(): void {
    this.#isStarted = true
    for (;;) {
      if (this.#place() >= this.#options.end || this.#readMore(this.#wanted()) === 0) {
        this.#done = true
        return
      }
      let found = this.#firstTerminator(0, this.#filled)
      if (found === this.#filled) {
        this.#base += this.#filled
        this.#filled = 0
        continue
      }
      if (this.#buffer[found] === carriageReturn) {
        // What follows says whether this is CR LF; at the split's end the next line is not ours in either case.
        if (found + 1 === this.#filled && this.#place() < this.#options.end) this.#readMore(this.#wanted())
        if (found + 1 < this.#filled && this.#buffer[found + 1] === lineFeed) found++
      }
      this.#from = found + 1
      this.#done = this.#base + this.#from >= this.#options.end
      return
    }
  }

  /** The mark belongs to the first line, which so starts at 0; in a file that is nothing else there is no line. */
  #dropByteOrderMark(lines: string[], regionEnd: number): void {
    this.#isStarted = true
    if (!lines[0]?.startsWith(byteOrderMark)) return
    if (regionEnd === byteOrderMarkBytes && this.#done) lines.shift()
    else lines[0] = lines[0].slice(1)
  }

  /** Reads until the buffer holds a whole line; returns where the last whole one ends. Sets `#done` with the last one. */
  #readWholeLines(): number {
    this.#moveToFront()
    for (let searched = this.#from; ; ) {
      const isComplete = this.#isSourceEnded || this.#place() >= this.#options.end
      const end = this.#lastTerminatorEnd(searched, isComplete)
      if (end !== -1) {
        this.#done = isComplete && end === this.#filled
        return end
      }
      if (isComplete) {
        this.#done = true
        return this.#readTail()
      }
      this.#checkLength()
      // A CR at the very end is looked at again with what follows it.
      searched = Math.max(this.#from, this.#filled - 1)
      this.#isSourceEnded = this.#readMore(this.#wanted()) === 0
    }
  }

  /** Finishes the line that lies across the split's end; returns where it ends. */
  #readTail(): number {
    if (this.#from === this.#filled) return this.#filled
    for (let want = tailBytes; ; want = Math.min(want * 2, this.#options.chunkBytes)) {
      const searched = this.#filled
      if (this.#readMore(want) === 0) return this.#filled
      const end = this.#firstTerminator(searched, this.#filled)
      if (end < this.#filled) return end + 1
      this.#checkLength()
    }
  }

  #wanted(): number {
    return Math.min(this.#options.chunkBytes, this.#options.end - this.#place())
  }

  /** Where in the file the byte after the buffer lies. */
  #place(): number {
    return this.#base + this.#filled
  }

  #readMore(want: number): number {
    this.#makeRoom(want)
    const count = this.#source.read(this.#buffer, this.#filled, want)
    if (count === 0 && this.#place() < this.#options.end && this.#options.end !== Number.POSITIVE_INFINITY) {
      throw this.#options.onEarlyEnd(this.#place())
    }
    this.#filled += count
    return count
  }

  #makeRoom(want: number): void {
    if (this.#buffer.length - this.#filled >= want) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#filled + want))
    this.#buffer.copy(larger, 0, 0, this.#filled)
    this.#buffer = larger
  }

  #moveToFront(): void {
    const left = this.#filled - this.#from
    if (this.#from > 0) {
      const usual = this.#options.chunkBytes * 2
      const target = this.#buffer.length > usual * 2 && left < usual ? Buffer.allocUnsafeSlow(usual) : this.#buffer
      this.#buffer.copy(target, 0, this.#from, this.#filled)
      this.#buffer = target
      this.#base += this.#from
      this.#from = 0
      this.#filled = left
    }
  }

  #checkLength(): void {
    if (this.#filled - this.#from <= maxLineBytes) return
    const offset = this.#base + this.#from
    throw new FiresteelError('FS_IO_LINE_TOO_LONG', { path: this.#options.path, limit: maxLineBytes, offset })
  }

  /** The index of the first terminator in a range of the buffer; the range's end if there is none. */
  #firstTerminator(start: number, end: number): number {
    const region = this.#buffer.subarray(start, end)
    const feed = region.indexOf(lineFeed)
    const before = feed === -1 ? region : region.subarray(0, feed)
    const carriage = this.#options.onlyLineFeed ? -1 : before.indexOf(carriageReturn)
    if (carriage !== -1) return start + carriage
    return feed === -1 ? end : start + feed
  }

  /**
   * The index after the last terminator from `start` on, -1 if there is none. A CR as the last byte counts only if what was
   * read `isComplete`: otherwise an LF may follow that belongs to it.
   */
  #lastTerminatorEnd(start: number, isComplete: boolean): number {
    const region = this.#buffer.subarray(start, this.#filled)
    const feed = region.lastIndexOf(lineFeed)
    const after = region.subarray(feed + 1, isComplete ? region.length : region.length - 1)
    const carriage = this.#options.onlyLineFeed ? -1 : after.lastIndexOf(carriageReturn)
    const last = carriage === -1 ? feed : feed + 1 + carriage
    return last === -1 ? -1 : start + last + 1
  }
}
