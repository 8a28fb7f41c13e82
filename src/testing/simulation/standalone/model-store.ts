import type { StoredRecord } from '../../../deploy/master/index.js'

export type StoreOperation =
  | { readonly type: 'store'; readonly record: StoredRecord }
  | { readonly type: 'unstore'; readonly kind: string; readonly id: string }

/** What is durable, whoever leads. */
export class ModelStore {
  readonly #records = new Map<string, StoredRecord>()

  /** Copies: what a master changes afterwards is not stored. */
  apply(operation: StoreOperation): void {
    if (operation.type === 'unstore') this.#records.delete(`${operation.kind}/${operation.id}`)
    else this.#records.set(`${operation.record.kind}/${operation.record.id}`, structuredClone(operation.record))
  }

  all(): StoredRecord[] {
    return [...this.#records.values()].map((record) => structuredClone(record))
  }
}
