const factors = { us: 0.001, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A unit of time; `m` and `min` are minutes. */
export type TimeUnit = keyof typeof factors

/** What a duration may look like; shown when one is refused. */
export const durationForms = 'a whole number, bare or with us, ms, s, m, min, h or d, as in 30s'

/**
 * Reads a duration as Spark writes it (`10s`, `5min`, `200`); letter case and outer spaces do not matter.
 *
 * @param unit what a number without a suffix counts; milliseconds unless given
 * @returns milliseconds (fractional for `us`), or undefined when the text is no duration
 */
export function parseDuration(text: string, unit: TimeUnit = 'ms'): number | undefined {
  const match = /^(-?\d+)(us|ms|s|min|m|h|d)?$/.exec(text.trim().toLowerCase())
  if (match === null) return undefined
  const milliseconds = Number(match[1]) * factors[(match[2] ?? unit) as TimeUnit]
  return Number.isSafeInteger(Math.trunc(milliseconds)) ? milliseconds : undefined
}

/** Milliseconds for people: `12 ms`, `1.5 s`, `2.0 min`, `3.5 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  if (milliseconds < 3_600_000) return `${(milliseconds / 60_000).toFixed(1)} min`
  return `${(milliseconds / 3_600_000).toFixed(1)} h`
}

/** Milliseconds as a setting's value, in the largest unit that divides them: `30s`, `1500ms`. */
export function durationToSetting(milliseconds: number): string {
  if (milliseconds === 0) return '0ms'
  if (!Number.isInteger(milliseconds)) return `${Math.round(milliseconds * 1000)}us`
  const units: TimeUnit[] = ['d', 'h', 'min', 's', 'ms']
  const unit = units.find((candidate) => milliseconds % factors[candidate] === 0) ?? 'ms'
  return `${milliseconds / factors[unit]}${unit}`
}
