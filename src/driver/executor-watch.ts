import type { ExecutorProvider } from '../scheduler/index.js'
import type { ExecutorBackend } from './executor-backend.js'

/**
 * Takes executors for lost that have been silent for too long: frozen, cut off, or stuck. Time in which the driver itself did not listen,
 * since its program computed or was suspended, does not count.
 */
export class ExecutorWatch {
  readonly #backend: ExecutorBackend
  readonly #provider: ExecutorProvider
  readonly #options: { readonly timeoutMs: number; readonly intervalMs: number }
  #timer: NodeJS.Timeout | undefined
  #lookedAt = 0

  constructor(
    backend: ExecutorBackend,
    provider: ExecutorProvider,
    options: { timeoutMs: number; intervalMs: number },
  ) {
    this.#backend = backend
    this.#provider = provider
    this.#options = options
  }

  start(): void {
    this.#lookedAt = performance.now()
    this.#timer = setInterval(() => this.#look(), this.#options.intervalMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const { timeoutMs, intervalMs } = this.#options
    const now = performance.now()
    const missedMs = now - this.#lookedAt - intervalMs
    this.#lookedAt = now
    if (missedMs > intervalMs) this.#backend.excuse(missedMs)
    for (const { id } of this.#backend.silent(timeoutMs)) {
      const message = `nothing was heard of it for ${Math.round(timeoutMs / 1000)} s (spark.network.timeout): it is frozen or cut off`
      this.#backend.lose(id, { code: 'heartbeatSilence', message, causedByApp: true })
      this.#provider.kill(id)
    }
  }
}
