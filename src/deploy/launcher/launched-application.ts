import type { Readable } from 'node:stream'
import { isFinalLaunchState, isNews, type LaunchResult, type LaunchState, type LaunchStatus } from './launch-state.js'

/**
 * A launched application. Iterating it gives its state now and each that follows, the final one last:
 * `for await (const { state } of application)`. Leaving the block of an `await using` kills it if it still runs.
 */
export interface LaunchedApplication extends AsyncDisposable, AsyncIterable<LaunchStatus> {
  readonly state: LaunchState
  /** Of the application that runs; in cluster deploy mode that of the submission. Undefined until there is one. */
  readonly appId: string | undefined
  /** Of its process; this one when launched in process. */
  readonly pid: number | undefined
  /** What it prints, where `stdout` and `stderr` are `'pipe'`. */
  readonly stdout: Readable | undefined
  readonly stderr: Readable | undefined
  /** How it ended. Never rejects. */
  readonly result: Promise<LaunchResult>
  /** Calls back at each change from now on. Returns what ends that. */
  onChange(listener: (status: LaunchStatus) => void): () => void
  /**
   * Asks it to stop its SparkContext, so that jobs are cancelled and executors end as they should; in cluster deploy mode, asks the cluster
   * to kill the driver. Before it has a context it is stopped as soon as it has one. It is KILLED then, unless it has ended already.
   */
  stop(): Promise<LaunchResult>
  /** Ends it at once: its process by SIGTERM, and by SIGKILL if that does not help; in cluster deploy mode the driver, too. */
  kill(): Promise<LaunchResult>
}

/** The part that all kinds share: the state, who listens to it, and the end. */
export abstract class ApplicationHandle implements LaunchedApplication {
  abstract readonly pid: number | undefined
  readonly stdout: Readable | undefined
  readonly stderr: Readable | undefined
  readonly result: Promise<LaunchResult>
  readonly #listeners = new Set<(status: LaunchStatus) => void>()
  #status: LaunchStatus = { state: 'UNKNOWN' }
  #settle: (result: LaunchResult) => void = () => {}

  constructor(streams: { readonly stdout?: Readable | null; readonly stderr?: Readable | null } = {}) {
    this.stdout = streams.stdout ?? undefined
    this.stderr = streams.stderr ?? undefined
    this.result = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get state(): LaunchState {
    return this.#status.state
  }

  get appId(): string | undefined {
    return this.#status.appId
  }

  onChange(listener: (status: LaunchStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  abstract stop(): Promise<LaunchResult>
  abstract kill(): Promise<LaunchResult>

  async [Symbol.asyncDispose](): Promise<void> {
    if (!isFinalLaunchState(this.state)) await this.kill()
  }

  async *[Symbol.asyncIterator](): AsyncIterator<LaunchStatus> {
    const coming: LaunchStatus[] = [this.#status]
    let wake = (): void => {}
    const end = this.onChange((status) => {
      coming.push(status)
      wake()
    })
    try {
      while (true) {
        const status = coming.shift()
        if (status === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          continue
        }
        yield status
        if (isFinalLaunchState(status.state)) return
      }
    } finally {
      end()
    }
  }

  protected advance(next: LaunchStatus): void {
    if (!isNews(this.#status, next)) return
    const { appId } = this.#status
    this.#status = { ...(appId === undefined ? {} : { appId }), ...next }
    for (const listener of [...this.#listeners]) listener(this.#status)
  }

  protected finish(result: LaunchResult): void {
    this.advance({ state: result.state, ...(result.message === undefined ? {} : { message: result.message }) })
    this.#settle({ ...result, ...(this.appId === undefined ? {} : { appId: this.appId }) })
    this.#listeners.clear()
  }
}
