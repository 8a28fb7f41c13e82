const modulus = 65_521

/** The most bytes whose sums stay exact without a division in between. */
const bytesPerDivision = 3800

/** The checksum of RFC 1950; `previous` is that of the bytes before, 1 at first. */
export function adler32(bytes: Uint8Array, previous = 1): number {
  let a = previous & 0xffff
  let b = previous >>> 16
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + bytesPerDivision)
    while (at < end) {
      a += bytes[at++] as number
      b += a
    }
    a %= modulus
    b %= modulus
  }
  return ((b << 16) | a) >>> 0
}
