import type { DriverDescription, DriverStatusReport } from '../../../cluster/standalone/protocol/index.js'
import { Effects } from './effects.js'
import { Leadership } from './leadership.js'
import type { MasterEffect } from './master-effect.js'
import type { MasterEvent } from './master-event.js'
import type { MasterOptions } from './master-options.js'
import type { MasterView } from './master-view.js'

/**
 * What a standalone master decides, as a pure machine: events go in, with the time, and effects come out; it knows no connection, store,
 * clock or election but by them.
 *
 * While another master leads it answers `standby` to whoever asks. Elected, it starts on an empty ground with what earlier leaders have
 * stored, and waits for the workers and applications among that to register again with what they run (RECOVERING). When all have, or the
 * time for it is over, those who have not are lost, drivers are brought to where their fate leads, and it launches (ALIVE). Deposed, it
 * forgets everything: the next leader knows better.
 *
 * What is handed out on a worker counts until the worker itself says that it has ended, or registers again without it, or is lost. What
 * must outlive this master is stored before anybody is told of it.
 */
export class MasterCore {
  readonly #options: MasterOptions
  readonly #out = new Effects()
  #leadership: Leadership | undefined

  constructor(options: MasterOptions) {
    this.#options = options
  }

  handle(event: MasterEvent, now: number): MasterEffect[] {
    if (event.type === 'elected') this.#elected(event, now)
    else if (event.type === 'deposed') this.#deposed()
    else if (this.#leadership === undefined) this.#standBy(event)
    else this.#leadership.handle(event, now)
    return this.#out.take()
  }

  view(now: number): MasterView {
    if (this.#leadership !== undefined) return this.#leadership.view(now)
    return {
      status: 'STANDBY',
      workers: [],
      activeApplications: [],
      completedApplications: [],
      activeDrivers: [],
      completedDrivers: [],
    }
  }

  driverStatus(driverId: string): DriverStatusReport {
    return this.#leadership?.driverStatus(driverId) ?? { found: false }
  }

  /** What the drivers that have not ended were submitted with; undefined when this master does not lead, and so does not know. */
  activeDrivers(): readonly DriverDescription[] | undefined {
    return this.#leadership?.activeDrivers()
  }

  /**
   * @throws Error that names what is left, when a master that does not lead remembers anything, or one that leads holds what nothing can
   * release
   */
  assertEmpty(): void {
    this.#leadership?.assertSound()
    const left = this.#out.take()
    if (left.length > 0) throw new Error(`${left.length} effects have not been handed out`)
  }

  #elected(event: Extract<MasterEvent, { type: 'elected' }>, now: number): void {
    this.#deposed()
    this.#leadership = new Leadership(this.#options, { epoch: event.epoch, now, out: this.#out })
    this.#leadership.begin(event)
  }

  #deposed(): void {
    this.#leadership?.end()
    this.#leadership = undefined
    this.#out.changed()
  }

  #standBy(event: MasterEvent): void {
    if (!('request' in event) || event.request === undefined) return
    this.#out.answer(event.request, { type: 'standby', masterUrl: this.#options.masterUrl })
  }
}
