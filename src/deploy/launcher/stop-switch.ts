import { getLogger } from '../../common/log/index.js'

/** Stops what there is to stop, now or, when it was asked for too early, as soon as there is something. */
export class StopSwitch {
  readonly #stops = new Set<() => Promise<unknown>>()
  #isAsked = false

  add(stop: () => Promise<unknown>): () => void {
    this.#stops.add(stop)
    if (this.#isAsked) void this.#call(stop)
    return () => this.#stops.delete(stop)
  }

  async stop(): Promise<void> {
    this.#isAsked = true
    await Promise.all([...this.#stops].map((stop) => this.#call(stop)))
  }

  async #call(stop: () => Promise<unknown>): Promise<void> {
    try {
      await stop()
    } catch (error) {
      getLogger('Launcher').error('the application could not be stopped', { error })
    }
  }
}
