import { recordName } from './record-name.js'
import type { RecoveryRecord, RecoveryStore } from './recovery-mode.js'

/** Keeps records as long as the process lives. */
export class MemoryStore implements RecoveryStore {
  readonly #records = new Map<string, RecoveryRecord>()

  async readAll(): Promise<readonly RecoveryRecord[]> {
    return [...this.#records.values()]
  }

  async store(record: RecoveryRecord): Promise<void> {
    this.#records.set(recordName(record.kind, record.id), record)
  }

  async remove(kind: string, id: string): Promise<void> {
    this.#records.delete(recordName(kind, id))
  }

  async close(): Promise<void> {
    this.#records.clear()
  }
}
