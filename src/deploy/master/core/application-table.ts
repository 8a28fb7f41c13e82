import type { ApplicationEntry } from './application-entry.js'

/** Applications that are there or awaited, in the order of their coming; and those that have ended, for as long as they are shown. */
export class ApplicationTable {
  readonly #active = new Map<string, ApplicationEntry>()
  readonly #ended = new Map<string, ApplicationEntry>()
  readonly #byToken = new Map<string, ApplicationEntry>()
  /** Those that want more than when scheduling last looked. */
  readonly hungrier = new Set<ApplicationEntry>()

  /** An application that is there or awaited. */
  active(id: string): ApplicationEntry | undefined {
    return this.#active.get(id)
  }

  get(id: string): ApplicationEntry | undefined {
    return this.#active.get(id) ?? this.#ended.get(id)
  }

  withToken(token: string): ApplicationEntry | undefined {
    return this.#byToken.get(token)
  }

  get all(): ReadonlyMap<string, ApplicationEntry> {
    return this.#active
  }

  get ended(): ReadonlyMap<string, ApplicationEntry> {
    return this.#ended
  }

  add(application: ApplicationEntry): void {
    const table = application.hasEnded ? this.#ended : this.#active
    table.set(application.id, application)
    this.named(application)
  }

  /** Its token is known now. */
  named(application: ApplicationEntry): void {
    if (application.token !== '') this.#byToken.set(application.token, application)
  }

  /** Moves one that has ended to those. */
  retire(application: ApplicationEntry): void {
    this.#active.delete(application.id)
    this.hungrier.delete(application)
    this.#ended.set(application.id, application)
  }

  forget(application: ApplicationEntry): void {
    this.#active.delete(application.id)
    this.#ended.delete(application.id)
    this.hungrier.delete(application)
    if (this.#byToken.get(application.token) === application) this.#byToken.delete(application.token)
  }
}
