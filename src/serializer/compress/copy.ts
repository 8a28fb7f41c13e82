/** From this length on, one call that copies memory beats a loop over bytes. */
const LONG = 48

/** Copies bytes from one block to another. */
export function copyRaw(
  source: Uint8Array,
  from: number,
  out: Uint8Array,
  { to, length }: { to: number; length: number },
): void {
  if (length >= LONG) out.set(source.subarray(from, from + length), to)
  else for (let i = 0; i < length; i++) out[to + i] = source[from + i] as number
}

/** Repeats bytes that stand `distance` before; a distance below the length repeats what was just written. */
export function copyMatch(out: Uint8Array, to: number, distance: number, length: number): void {
  if (length >= LONG && distance >= length) out.copyWithin(to, to - distance, to - distance + length)
  else if (length >= LONG && distance === 1) out.fill(out[to - 1] as number, to, to + length)
  else for (let i = to; i < to + length; i++) out[i] = out[i - distance] as number
}
