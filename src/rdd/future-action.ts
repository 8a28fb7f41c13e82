import { FiresteelError } from '../common/errors/index.js'
import type { RunOptions } from './actions.js'

/** What a running action passes on to its jobs. */
export type JobHooks = Required<Pick<RunOptions, 'signal' | 'onJob'>>

/** The promise of an action's result, which can also be cancelled. */
export class FutureAction<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'FutureAction'
  readonly #result: Promise<T>
  readonly #abort = new AbortController()
  readonly #jobIds: number[] = []
  #isCompleted = false

  /** @internal Begins at once. */
  constructor(run: (hooks: JobHooks) => Promise<T>) {
    const hooks: JobHooks = {
      signal: this.#abort.signal,
      onJob: (id) => {
        this.#jobIds.push(id)
      },
    }
    this.#result = run(hooks)
      .catch((error: unknown) => {
        throw this.isCancelled ? this.#cancelled(error) : error
      })
      .finally(() => {
        this.#isCompleted = true
      })
  }

  /** Cancels the action's running job, if there is one, and starts no other: it rejects with FS_JOB_CANCELLED. */
  cancel(reason = 'FutureAction.cancel() was called'): void {
    if (!this.#isCompleted) this.#abort.abort(reason)
  }

  get isCancelled(): boolean {
    return this.#abort.signal.aborted
  }

  /** Whether it has a result or has failed. */
  get isCompleted(): boolean {
    return this.#isCompleted
  }

  /** The jobs that it has started so far. */
  get jobIds(): readonly number[] {
    return [...this.#jobIds]
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(onFulfilled, onRejected)
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#result.catch(onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#result.finally(onFinally)
  }

  #cancelled(cause: unknown): unknown {
    if (FiresteelError.is(cause, 'FS_JOB_CANCELLED')) return cause
    const jobId = this.#jobIds.at(-1) ?? '(not started)'
    return new FiresteelError('FS_JOB_CANCELLED', { jobId, reason: String(this.#abort.signal.reason) }, { cause })
  }
}
