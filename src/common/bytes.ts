const factors = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50 } as const

/** A unit of sizes: bytes and the binary multiples. */
export type ByteUnit = keyof typeof factors

/** What a size may look like; shown when one is refused. */
export const byteForms = 'a whole number, bare or with b, k, kb, m, mb, g, gb, t, tb, p or pb, as in 512m'

/**
 * Reads a size as Spark writes it (`64k`, `1g`, `2048`); letter case and outer spaces do not matter.
 *
 * @param unit what a number without a suffix counts; bytes unless given
 * @returns bytes, or undefined when the text is no size
 */
export function parseBytes(text: string, unit: ByteUnit = 'b'): number | undefined {
  const match = /^(-?\d+)(?:([kmgtp])b?|(b))?$/.exec(text.trim().toLowerCase())
  if (match === null) return undefined
  const suffix = (match[2] ?? match[3] ?? unit) as ByteUnit
  const bytes = Number(match[1]) * factors[suffix]
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Bytes for people: three significant digits at most, `1.5 GiB`, `640 B`. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let value = bytes
  let step = 0
  while (Math.abs(value) >= 1000 && step < names.length - 1) {
    value /= 1024
    step++
  }
  const digits = step === 0 || Math.abs(value) >= 100 ? 0 : 1
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${names[step]}`
}

/** Bytes as a setting's value, in the largest unit that divides them: `1g`, `1536m`, `1000b`. */
export function bytesToSetting(bytes: number): string {
  if (bytes === 0) return '0b'
  const units = Object.keys(factors) as ByteUnit[]
  const unit = units.reverse().find((candidate) => bytes % factors[candidate] === 0) ?? 'b'
  return `${bytes / factors[unit]}${unit}`
}
