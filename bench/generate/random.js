/**
 * A deterministic source of unsigned 32-bit integers (Marsaglia's xorshift, "Xorshift RNGs", 2003): the same seed gives
 * the same data on every machine. `seed` must not be 0.
 */
export function randomSource(seed) {
  let state = seed | 0
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
