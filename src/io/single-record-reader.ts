import type { BatchReader } from './batch-reader.js'

/** Reads one record from one file: what the readers of whole files have in common. */
export class SingleRecordReader<T> implements BatchReader<T> {
  readonly #read: () => { record: T; bytesRead: number }
  #isDone = false
  #bytesRead = 0
  #recordsRead = 0

  constructor(read: () => { record: T; bytesRead: number }) {
    this.#read = read
  }

  next(): T[] | undefined {
    if (this.#isDone) return undefined
    this.#isDone = true
    const { record, bytesRead } = this.#read()
    this.#bytesRead = bytesRead
    this.#recordsRead = 1
    return [record]
  }

  close(): void {
    this.#isDone = true
  }

  get bytesRead(): number {
    return this.#bytesRead
  }

  get recordsRead(): number {
    return this.#recordsRead
  }
}
