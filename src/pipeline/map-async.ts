import { FiresteelError } from '../common/errors/index.js'
import { type AsyncSource, type BatchSource, recordsOf } from './batch.js'
import type { AsyncOptions } from './plan.js'
import type { TaskServices, UserFunction } from './task-services.js'

/**
 * Calls an asynchronous function for each record with a bounded number of calls in flight. The input is only read as fast as
 * results are taken: at most `concurrency` calls run, and at most as many results wait to be taken.
 */
export function mapAsyncSource(
  input: BatchSource,
  f: UserFunction,
  operator: { readonly kind: 'map' | 'flatMap'; readonly options: AsyncOptions },
  services: TaskServices,
): AsyncSource {
  const window = new CallWindow(input, f, operator.options, () => services.tick())
  return {
    isAsync: true,
    async next() {
      const results = await window.next()
      if (results === undefined) return undefined
      if (operator.kind === 'map') return results
      const flat: unknown[] = []
      for (const result of results) await appendAll(flat, result)
      return flat
    },
    close() {
      window.close()
      input.close()
    },
  }
}

async function appendAll(into: unknown[], result: unknown): Promise<void> {
  const asyncIterable = result as AsyncIterable<unknown> | null | undefined
  if (typeof asyncIterable?.[Symbol.asyncIterator] === 'function') {
    for await (const item of asyncIterable as AsyncIterable<unknown>) into.push(item)
    return
  }
  if (typeof (result as Iterable<unknown> | null | undefined)?.[Symbol.iterator] !== 'function') {
    throw new FiresteelError('FS_RDD_NOT_ITERABLE', { operator: 'flatMapAsync', value: String(result) })
  }
  for (const item of result as Iterable<unknown>) into.push(item)
}

type Settled = { readonly value: unknown } | { readonly error: unknown }

class CallWindow {
  readonly #input: BatchSource
  readonly #f: UserFunction
  readonly #options: AsyncOptions
  readonly #tick: () => void
  readonly #abort = new AbortController()
  #records: readonly unknown[] = []
  #at = 0
  #inputEnded = false
  #running = 0
  #failure: { error: unknown } | undefined
  /** Ordered: one entry per call in the order of the input. Unordered: results in the order they came. */
  #queue: (Settled | undefined)[] = []
  #base = 0
  #wake: (() => void) | undefined

  constructor(input: BatchSource, f: UserFunction, options: AsyncOptions, tick: () => void) {
    this.#input = input
    this.#f = f
    this.#options = options
    this.#tick = tick
  }

  /** Results that are ready, at least one; undefined at the end. Rejects with the first failed call. */
  async next(): Promise<unknown[] | undefined> {
    for (;;) {
      this.#tick()
      if (this.#failure !== undefined) throw this.#failure.error
      await this.#fill()
      const ready = this.#takeReady()
      if (ready.length > 0) return ready
      if (this.#running === 0 && this.#queue.length === 0 && this.#inputEnded && this.#at === this.#records.length)
        return undefined
      if (this.#running > 0) await this.#change()
    }
  }

  close(): void {
    this.#abort.abort()
  }

  /** Starts calls until enough are in flight. */
  async #fill(): Promise<void> {
    while (this.#running < this.#options.concurrency && this.#queue.length < 2 * this.#options.concurrency) {
      if (this.#at === this.#records.length) {
        if (this.#inputEnded) return
        const batch = await this.#input.next()
        if (batch === undefined) {
          this.#inputEnded = true
          return
        }
        this.#records = recordsOf(batch)
        this.#at = 0
        continue
      }
      this.#start(this.#records[this.#at++])
    }
  }

  #start(record: unknown): void {
    const slot = this.#base + this.#queue.length
    if (this.#options.ordered) this.#queue.push(undefined)
    this.#running++
    this.#attempts(record).then(
      (value) => this.#settle(slot, { value }),
      (error: unknown) => this.#settle(slot, { error }),
    )
  }

  #settle(slot: number, settled: Settled): void {
    this.#running--
    if ('error' in settled) this.#failure ??= { error: settled.error }
    else if (this.#options.ordered) this.#queue[slot - this.#base] = settled
    else this.#queue.push(settled)
    this.#wake?.()
  }

  #takeReady(): unknown[] {
    const ready: unknown[] = []
    let count = 0
    for (const settled of this.#queue) {
      if (settled === undefined || !('value' in settled)) break
      ready.push(settled.value)
      count++
    }
    this.#queue.splice(0, count)
    this.#base += count
    return ready
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
    })
  }

  async #attempts(record: unknown): Promise<unknown> {
    const { retries, retryDelayMs } = this.#options
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(record)
      } catch (error) {
        if (attempt >= retries || this.#abort.signal.aborted) throw error
        await pause(retryDelayMs * 2 ** attempt)
      }
    }
  }

  async #once(record: unknown): Promise<unknown> {
    const { timeoutMs } = this.#options
    const call = Promise.resolve(this.#f(record))
    if (timeoutMs <= 0) return call
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new FiresteelError('FS_TASK_ASYNC_TIMEOUT', { timeoutMs })), timeoutMs)
    })
    try {
      return await Promise.race([call, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
