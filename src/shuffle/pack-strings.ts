import type { Packing } from './pack-numbers.js'
import { PACKED_LIMIT } from './packed-sort.js'

/** Units looked at for packing. */
const WINDOW = 16

/** Units that all strings share at their start; `known` of them are known to be. */
export function sharedPrefix(keys: readonly string[], order: Uint32Array, known: number): number {
  const first = keys[order[0] as number] as string
  let shared = first.length
  for (let i = 1; i < order.length && shared > known; i++) {
    const key = keys[order[i] as number] as string
    if (key.length < shared) shared = key.length
    for (let u = known; u < shared; u++) if (key.charCodeAt(u) !== first.charCodeAt(u)) shared = u
  }
  return Math.max(shared, known)
}

/**
 * Packs as many units from `start` on as 40 bits hold, each as a digit of its own base: the range of what stands
 * there, and 0 for a string that has ended. Ten letters of a common alphabet or twelve digits fit. Returns how many units
 * were packed: 0 when all strings end before any.
 */
export function packStrings(
  keys: readonly string[],
  order: Uint32Array,
  packing: Packing & { readonly start: number },
): number {
  const { sort, ascending, start } = packing
  const { least, bases, units } = digits(keys, order, start)
  for (let i = 0; i < order.length; i++) {
    const key = keys[order[i] as number] as string
    const end = Math.min(units, key.length - start)
    let value = 0
    let u = 0
    for (; u < end; u++) value = value * (bases[u] as number) + key.charCodeAt(start + u) - (least[u] as number)
    for (; u < units; u++) value *= bases[u] as number
    sort.set(i, ascending ? value : PACKED_LIMIT - 1 - value)
  }
  return units
}

interface Digits {
  /** What is taken from a unit to make a digit: one less than the least unit, for 0 to be free. */
  readonly least: Int32Array
  readonly bases: Int32Array
  readonly units: number
}

function digits(keys: readonly string[], order: Uint32Array, start: number): Digits {
  const least = new Int32Array(WINDOW).fill(0xffff)
  const most = new Int32Array(WINDOW).fill(-1)
  for (let i = 0; i < order.length; i++) {
    const key = keys[order[i] as number] as string
    const end = Math.min(WINDOW, key.length - start)
    for (let u = 0; u < end; u++) {
      const unit = key.charCodeAt(start + u)
      if (unit < (least[u] as number)) least[u] = unit
      if (unit > (most[u] as number)) most[u] = unit
    }
  }
  const bases = new Int32Array(WINDOW)
  let units = 0
  let size = 1
  for (; units < WINDOW && (most[units] as number) >= 0; units++) {
    const base = (most[units] as number) - (least[units] as number) + 2
    size *= base
    if (size > PACKED_LIMIT) break
    bases[units] = base
    least[units] = (least[units] as number) - 1
  }
  return { least, bases, units }
}
