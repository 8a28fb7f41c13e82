// The five primes of XXH64, as halves of 32 bits.
const p1h = 0x9e3779b1 | 0
const p1l = 0x85ebca87 | 0
const p2h = 0xc2b2ae3d | 0
const p2l = 0x27d4eb4f | 0
const stripeBytes = 32

const mask64 = 0xffff_ffff_ffff_ffffn
const prime1 = 0x9e3779b185ebca87n
const prime2 = 0xc2b2ae3d27d4eb4fn
const prime3 = 0x165667b19e3779f9n
const prime4 = 0x85ebca77c2b2ae63n
const prime5 = 0x27d4eb2f165667c5n

/**
 * The hash that zstd checks its content with, seed 0 (xxhash.com, XXH64). The loop over the bytes works on halves of 32 bits,
 * because 64-bit integers are slow in JavaScript; only the few steps at the end use them.
 */
export class XxHash64 {
  /** The four lanes: low half, high half. */
  readonly #lanes = new Int32Array(8)
  readonly #rest = new Uint8Array(stripeBytes)
  #restLength = 0
  #total = 0

  constructor() {
    this.reset()
  }

  reset(): void {
    const starts = [prime1 + prime2, prime2, 0n, -prime1]
    starts.forEach((start, lane) => {
      this.#lanes[lane * 2] = Number(BigInt.asIntN(32, start))
      this.#lanes[lane * 2 + 1] = Number(BigInt.asIntN(32, start >> 32n))
    })
    this.#restLength = 0
    this.#total = 0
  }

  update(bytes: Uint8Array): void {
    this.#total += bytes.length
    let at = 0
    if (this.#restLength > 0) {
      at = Math.min(stripeBytes - this.#restLength, bytes.length)
      this.#rest.set(bytes.subarray(0, at), this.#restLength)
      this.#restLength += at
      if (this.#restLength < stripeBytes) return
      this.#stripes(this.#rest, 0, stripeBytes)
      this.#restLength = 0
    }
    const end = at + (bytes.length - at - ((bytes.length - at) % stripeBytes))
    this.#stripes(bytes, at, end)
    this.#rest.set(bytes.subarray(end))
    this.#restLength = bytes.length - end
  }

  /** The hash's low 32 bits, unsigned. */
  low32(): number {
    return Number(this.#digest() & 0xffff_ffffn)
  }

  #stripes(bytes: Uint8Array, start: number, end: number): void {
    for (let lane = 0; lane < 4; lane++) {
      let low = this.#lanes[lane * 2] as number
      let high = this.#lanes[lane * 2 + 1] as number
      for (let at = start + lane * 8; at < end; at += stripeBytes) {
        const inLow = read32(bytes, at)
        const inHigh = read32(bytes, at + 4)
        // lane += input * prime2
        const addLow = Math.imul(inLow, p2l)
        const addHigh = (highOfProduct(inLow, p2l) + Math.imul(inHigh, p2l) + Math.imul(inLow, p2h)) | 0
        const sumLow = (low + addLow) | 0
        const sumHigh = (high + addHigh + (sumLow >>> 0 < addLow >>> 0 ? 1 : 0)) | 0
        // rotate left by 31, then times prime1
        const turnedLow = (sumLow << 31) | (sumHigh >>> 1)
        const turnedHigh = (sumHigh << 31) | (sumLow >>> 1)
        low = Math.imul(turnedLow, p1l)
        high = (highOfProduct(turnedLow, p1l) + Math.imul(turnedHigh, p1l) + Math.imul(turnedLow, p1h)) | 0
      }
      this.#lanes[lane * 2] = low
      this.#lanes[lane * 2 + 1] = high
    }
  }

  #digest(): bigint {
    const lanes = [0, 1, 2, 3].map(
      (lane) => (BigInt(this.#lanes[lane * 2 + 1] as number) << 32n) | BigInt((this.#lanes[lane * 2] as number) >>> 0),
    )
    let hash = prime5
    if (this.#total >= stripeBytes) {
      hash = [1, 7, 12, 18].reduce((sum, turn, i) => sum + rotate(lanes[i] as bigint, turn), 0n) & mask64
      for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * prime1 + prime4) & mask64
    }
    hash = (hash + BigInt(this.#total)) & mask64
    return avalanche(mixRest(hash, this.#rest.subarray(0, this.#restLength)))
  }
}

function mixRest(start: bigint, rest: Uint8Array): bigint {
  let hash = start
  let at = 0
  for (; at + 8 <= rest.length; at += 8) {
    const word = (BigInt(read32(rest, at + 4) >>> 0) << 32n) | BigInt(read32(rest, at) >>> 0)
    hash = (rotate(hash ^ round(0n, word), 27) * prime1 + prime4) & mask64
  }
  if (at + 4 <= rest.length) {
    hash = (rotate(hash ^ ((BigInt(read32(rest, at) >>> 0) * prime1) & mask64), 23) * prime2 + prime3) & mask64
    at += 4
  }
  for (; at < rest.length; at++)
    hash = (rotate(hash ^ ((BigInt(rest[at] as number) * prime5) & mask64), 11) * prime1) & mask64
  return hash
}

function avalanche(value: bigint): bigint {
  let hash = ((value ^ (value >> 33n)) * prime2) & mask64
  hash = ((hash ^ (hash >> 29n)) * prime3) & mask64
  return hash ^ (hash >> 32n)
}

function round(lane: bigint, input: bigint): bigint {
  return (rotate(BigInt.asUintN(64, lane + input * prime2), 31) * prime1) & mask64
}

function rotate(value: bigint, bits: number): bigint {
  const unsigned = BigInt.asUintN(64, value)
  return ((unsigned << BigInt(bits)) | (unsigned >> BigInt(64 - bits))) & mask64
}

function read32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  )
}

/** The upper 32 bits of the product of two unsigned numbers of 32 bits. */
function highOfProduct(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const highLow = Math.imul(aHigh, bLow)
  const lowHigh = Math.imul(aLow, bHigh)
  const middle = (Math.imul(aLow, bLow) >>> 16) + (highLow & 0xffff) + (lowHigh & 0xffff)
  return (Math.imul(aHigh, bHigh) + (highLow >>> 16) + (lowHigh >>> 16) + (middle >>> 16)) | 0
}
