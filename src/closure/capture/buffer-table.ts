interface Entry {
  start: number
  end: number
  readonly buffer: ArrayBuffer
}

/**
 * The array buffers of a graph. Of each only the stretch that is looked at travels, so that a slice of a pool does not
 * drag the pool along; views of one buffer still share it.
 */
export class BufferTable {
  readonly #ids = new Map<ArrayBuffer, number>()
  readonly #entries: Entry[] = []

  get entries(): readonly Readonly<Entry>[] {
    return this.#entries
  }

  /** The number of a buffer; `start` and `end` are what must travel of it. */
  add(buffer: ArrayBuffer, start: number, end: number): number {
    const seen = this.#ids.get(buffer)
    if (seen === undefined) {
      this.#ids.set(buffer, this.#entries.length)
      return this.#entries.push({ buffer, start, end }) - 1
    }
    const entry = this.#entries[seen] as Entry
    entry.start = Math.min(entry.start, start)
    entry.end = Math.max(entry.end, end)
    return seen
  }

  /** Bytes that the view or buffer adds. */
  sizeOf(value: unknown): number {
    return value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? value.byteLength : 0
  }

  /** All contents, in one piece each: where it starts in its own buffer, and the bytes. */
  contents(): { start: number; bytes: Uint8Array }[] {
    return this.#entries.map(({ buffer, start, end }) => {
      // Views of 8-byte elements need their offset to stay a multiple of 8.
      const from = start - (start % 8)
      return { start: from, bytes: new Uint8Array(buffer, from, end - from) }
    })
  }
}
