/** Records as a plain array, or pairs as two columns of equal length (no two-element array exists per record). */
export type Batch = readonly unknown[] | PairBatch

export class PairBatch {
  readonly keys: unknown[]
  readonly values: unknown[]

  constructor(keys: unknown[], values: unknown[]) {
    this.keys = keys
    this.values = values
  }

  get length(): number {
    return this.keys.length
  }
}

/** Gives batches one after another, on the spot; undefined at the end, and again on each later call. */
export interface SyncSource {
  readonly isAsync: false
  next(): Batch | undefined
  /** Releases files and buffers; safe to call twice. */
  close(): void
}

/** As `SyncSource`, where asynchronous user code runs below. */
export interface AsyncSource {
  readonly isAsync: true
  next(): Promise<Batch | undefined>
  close(): void
}

export type BatchSource = SyncSource | AsyncSource

/** The records of a batch as one array. */
export function recordsOf(batch: Batch): readonly unknown[] {
  if (!(batch instanceof PairBatch)) return batch
  const { keys, values } = batch
  const records = new Array<[unknown, unknown]>(keys.length)
  for (let i = 0; i < records.length; i++) records[i] = [keys[i], values[i]]
  return records
}

/** A source over batches that are there already. */
export function sourceOf(batches: Iterable<Batch>): SyncSource {
  const iterator = batches[Symbol.iterator]()
  return {
    isAsync: false,
    next() {
      const step = iterator.next()
      return step.done ? undefined : step.value
    },
    close() {
      iterator.return?.()
    },
  }
}

/** A lazy iterator over the records of a source: what partition functions of users get. */
export function iterate(source: SyncSource): IterableIterator<unknown> {
  return new RecordIterator(source)
}

class RecordIterator implements IterableIterator<unknown> {
  readonly #source: SyncSource
  #batch: readonly unknown[] = []
  #index = 0
  #ended = false

  constructor(source: SyncSource) {
    this.#source = source
  }

  next(): IteratorResult<unknown, undefined> {
    while (this.#index === this.#batch.length) {
      const batch = this.#ended ? undefined : this.#source.next()
      if (batch === undefined) {
        this.#ended = true
        this.#batch = []
        this.#index = 0
        return { done: true, value: undefined }
      }
      this.#batch = recordsOf(batch)
      this.#index = 0
    }
    return { done: false, value: this.#batch[this.#index++] }
  }

  return(): IteratorResult<unknown, undefined> {
    this.#ended = true
    this.#batch = []
    this.#index = 0
    this.#source.close()
    return { done: true, value: undefined }
  }

  [Symbol.iterator](): IterableIterator<unknown> {
    return this
  }
}

/** Reads an asynchronous source to its end: for synchronous partition functions, which cannot wait. */
export async function materialise(source: AsyncSource): Promise<SyncSource> {
  const batches: Batch[] = []
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) batches.push(batch)
  source.close()
  return sourceOf(batches)
}
