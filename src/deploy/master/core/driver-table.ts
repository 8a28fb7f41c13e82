import type { DriverEntry } from './driver-entry.js'

/** Drivers that wait or run, and those that have ended, in the order of their end. */
export class DriverTable {
  readonly #active = new Map<string, DriverEntry>()
  readonly #ended = new Map<string, DriverEntry>()
  readonly #byToken = new Map<string, DriverEntry>()
  /** In the order in which they are to be launched. */
  readonly waiting = new Set<DriverEntry>()
  /** Those that wait since scheduling last looked. */
  readonly fresh = new Set<DriverEntry>()

  get(id: string): DriverEntry | undefined {
    return this.#active.get(id) ?? this.#ended.get(id)
  }

  withToken(token: string): DriverEntry | undefined {
    return this.#byToken.get(token)
  }

  get active(): ReadonlyMap<string, DriverEntry> {
    return this.#active
  }

  get ended(): ReadonlyMap<string, DriverEntry> {
    return this.#ended
  }

  add(driver: DriverEntry): void {
    const table = driver.hasEnded ? this.#ended : this.#active
    table.set(driver.id, driver)
    this.#byToken.set(driver.description.token, driver)
  }

  /** Puts it at the end of the queue. */
  enqueue(driver: DriverEntry): void {
    this.waiting.delete(driver)
    this.waiting.add(driver)
    this.fresh.add(driver)
  }

  dequeue(driver: DriverEntry): void {
    this.waiting.delete(driver)
    this.fresh.delete(driver)
  }

  retire(driver: DriverEntry): void {
    this.dequeue(driver)
    this.#active.delete(driver.id)
    this.#ended.set(driver.id, driver)
  }

  /** One that was taken for ended is there after all. */
  forget(driver: DriverEntry): void {
    this.#ended.delete(driver.id)
    const { token } = driver.description
    if (this.#byToken.get(token) === driver) this.#byToken.delete(token)
  }
}
