import type { MasterAnswer, MasterEffect, ToApplication, ToWorker } from './master-effect.js'
import type { PeerId, RequestId } from './master-event.js'
import type { StoredRecord } from './stored-records.js'

/** What the handling of one event has decided so far, in order. */
export class Effects {
  #list: MasterEffect[] = []
  #isChanged = false

  store(record: StoredRecord): void {
    this.#list.push({ type: 'store', record })
  }

  unstore(kind: StoredRecord['kind'], id: string): void {
    this.#list.push({ type: 'unstore', kind, id })
  }

  answer(request: RequestId, answer: MasterAnswer): void {
    this.#list.push({ type: 'answer', request, answer })
  }

  toWorker(peer: PeerId | undefined, message: ToWorker): void {
    if (peer !== undefined) this.#list.push({ type: 'toWorker', peer, message })
  }

  toApplication(peer: PeerId | undefined, message: ToApplication): void {
    if (peer !== undefined) this.#list.push({ type: 'toApplication', peer, message })
  }

  closePeer(peer: PeerId): void {
    this.#list.push({ type: 'closePeer', peer })
  }

  probeWorker({ id, host, port }: { readonly id: string; readonly host: string; readonly port: number }): void {
    this.#list.push({ type: 'probeWorker', workerId: id, host, port })
  }

  log(level: 'info' | 'warn', message: string): void {
    this.#list.push({ type: 'log', level, message })
  }

  wakeAt(at: number): void {
    this.#list.push({ type: 'wakeAt', at })
  }

  /** Pages would show something else now. */
  changed(): void {
    this.#isChanged = true
  }

  take(): MasterEffect[] {
    const list = this.#list
    if (this.#isChanged) list.push({ type: 'changed' })
    this.#list = []
    this.#isChanged = false
    return list
  }
}
