import type { ObjectColumn } from './sharing.js'

/** Up to this many objects of one record are compared each with each. */
const MAX_COMPARED = 10
/** With so many objects of one hash, hashing has not helped. */
const MAX_CHAIN = 16

/** Whether some record has one object twice among its values in one column of list items. */
export function foundInSegments({ values, count, owners, hints }: ObjectColumn): boolean {
  const table = new HintTable()
  for (let start = 0; start < count; ) {
    let end = start + 1
    while (end < count && owners?.[end] === owners?.[start]) end++
    const size = end - start
    if (size > 1) {
      const found =
        size <= MAX_COMPARED
          ? foundCompared(values, start, end)
          : ((hints && table.found(values, hints, start, end)) ?? foundHashed(values, start, end))
      if (found) return true
    }
    start = end
  }
  return false
}

function foundCompared(values: readonly unknown[], start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const value = values[i]
    if (value === null || value === undefined) continue
    for (let j = i + 1; j < end; j++) if (values[j] === value) return typeof value === 'object'
  }
  return false
}

function foundHashed(values: readonly unknown[], start: number, end: number): boolean {
  const seen = new Set<unknown>()
  for (let i = start; i < end; i++) {
    const value = values[i]
    if (typeof value !== 'object' || value === null) continue
    if (seen.has(value)) return true
    seen.add(value)
  }
  return false
}

/** A hash table of objects by a hint about their content, as V8 hashes objects by identity only slowly. */
class HintTable {
  private slots = new Int32Array(64)

  /** Undefined when the hints tell too few objects apart. */
  found(values: readonly unknown[], hints: ArrayLike<unknown>, start: number, end: number): boolean | undefined {
    const { slots, mask } = this.cleared((end - start) * 2)
    for (let i = start; i < end; i++) {
      let slot = hashHint(hints[i]) & mask
      for (let chain = 0, other = slots[slot] as number; other !== 0; other = slots[slot] as number) {
        if (values[start + other - 1] === values[i]) return true
        if (++chain > MAX_CHAIN) return undefined
        slot = (slot + 1) & mask
      }
      slots[slot] = i - start + 1
    }
    return false
  }

  private cleared(needed: number): { slots: Int32Array; mask: number } {
    let size = this.slots.length
    while (size < needed) size *= 2
    if (size > this.slots.length) this.slots = new Int32Array(size)
    else this.slots.fill(0)
    return { slots: this.slots, mask: size - 1 }
  }
}

function hashHint(hint: unknown): number {
  if (typeof hint === 'number') return mix(Number.isInteger(hint) ? hint | 0 : (hint * 1e9) | 0)
  if (typeof hint !== 'string') return 0
  const { length } = hint
  if (length === 0) return 0
  return mix(
    length ^ (hint.charCodeAt(0) << 4) ^ (hint.charCodeAt(length - 1) << 12) ^ (hint.charCodeAt(length >>> 1) << 20),
  )
}

function mix(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  return mixed ^ (mixed >>> 15)
}
