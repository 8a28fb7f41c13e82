/**
 * Locality levels, best first. `SLOT_LOCAL` is Firesteel's own: the slot thread that holds the cached partition. `NO_PREF`
 * is the level of tasks that have no preference: they run anywhere without waiting.
 */
export const localityLevels = ['SLOT_LOCAL', 'PROCESS_LOCAL', 'NODE_LOCAL', 'NO_PREF', 'RACK_LOCAL', 'ANY'] as const

export type Locality = (typeof localityLevels)[number]

/** How long a task set waits for a place of each level before it takes the next, ms (`spark.locality.wait[.*]`). */
export interface LocalityWaits {
  /** Default 250. */
  readonly slot: number
  /** `spark.locality.wait.process`, default 3,000. */
  readonly process: number
  /** `spark.locality.wait.node`, default 3,000. */
  readonly node: number
  /** `spark.locality.wait.rack`, default 3,000. */
  readonly rack: number
}

export const defaultLocalityWaits: LocalityWaits = { slot: 250, process: 3_000, node: 3_000, rack: 3_000 }
