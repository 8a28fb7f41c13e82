import { estimateBytes } from '../memory/index.js'
import type { KeyTable } from './key-table.js'

/** New keys looked at per call. */
const KEYS_PER_CALL = 8
/** Values looked at per survey. */
const VALUES_PER_SURVEY = 64
/** A survey of all values is made again when the table has been updated this much more often. */
const SURVEY_GROWTH = 1.5
/** A slot in an array that grows by half: pointer and spare. */
const SLOT_BYTES = 10

/**
 * Estimates the bytes of a table's keys and values. Keys never change, so each call samples the new ones. Values may
 * grow without the table seeing it (lists of a group), so now and then all of them are surveyed for the number of
 * elements they hold, which in between is taken to grow as the updates do.
 */
export class TableSize {
  #keysSeen = 0
  #keyBytes = 0
  #surveyedAt = 0
  /** Elements held in lists, per update. */
  #elementsPerUpdate = 0
  #bytesPerElement = 0
  #bytesPerValue = 0

  estimate(table: KeyTable): number {
    this.#sampleKeys(table)
    if (table.updates >= this.#surveyedAt * SURVEY_GROWTH) this.#survey(table)
    const elements = this.#elementsPerUpdate * table.updates
    return this.#keyBytes + table.size * (2 * SLOT_BYTES + this.#bytesPerValue) + elements * this.#bytesPerElement
  }

  clear(): void {
    this.#keysSeen = 0
    this.#keyBytes = 0
    this.#surveyedAt = 0
  }

  #sampleKeys(table: KeyTable): void {
    const fresh = table.size - this.#keysSeen
    if (fresh === 0) return
    const step = Math.max(1, Math.floor(fresh / KEYS_PER_CALL))
    let bytes = 0
    let looked = 0
    for (let i = this.#keysSeen; i < table.size; i += step) {
      bytes += estimateBytes(table.keys[i])
      looked++
    }
    this.#keyBytes += (bytes / looked) * fresh
    this.#keysSeen = table.size
  }

  #survey(table: KeyTable): void {
    this.#surveyedAt = table.updates
    const { values } = table
    const { elements, largest } = countElements(values)
    const step = Math.max(1, Math.floor(values.length / VALUES_PER_SURVEY))
    let held = 0
    let heldBytes = 0
    let shellBytes = 0
    let looked = 0
    for (let i = 0; i < values.length; i += step) {
      const count = elementsOf(values[i])
      const whole = estimateBytes(values[i])
      const shell = count === 0 ? whole : Math.min(whole, 48)
      held += count
      heldBytes += whole - shell + count * (SLOT_BYTES - 8)
      shellBytes += shell
      looked++
    }
    this.#bytesPerValue = looked === 0 ? 0 : shellBytes / looked
    this.#elementsPerUpdate = elements / Math.max(1, table.updates)
    if (elements === 0) return
    // The largest list may hold most of the elements, and the samples miss it.
    const ofLargest = elementsOf(values[largest])
    const perElement = held === 0 ? 0 : heldBytes / held
    const largestBytes = estimateBytes(values[largest]) + ofLargest * (SLOT_BYTES - 8)
    this.#bytesPerElement = (largestBytes + perElement * (elements - ofLargest)) / elements
  }
}

/** How many elements the values hold, and the index of the value that holds most. */
function countElements(values: readonly unknown[]): { elements: number; largest: number } {
  let elements = 0
  let most = -1
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const count = elementsOf(values[i])
    elements += count
    if (count <= most) continue
    most = count
    largest = i
  }
  return { elements, largest }
}

/** Elements of a list, map or set; of the lists within a short list (a cogroup's value). */
function elementsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value)) return value.length > 4 || !Array.isArray(value[0]) ? value.length : elementsOfLists(value)
  if (value instanceof Map || value instanceof Set) return value.size
  return 0
}

function elementsOfLists(lists: readonly unknown[]): number {
  let elements = 0
  for (const list of lists) elements += Array.isArray(list) ? list.length : 1
  return elements
}
