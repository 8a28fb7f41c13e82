import { type ByteUnit, byteForms, bytesToSetting, parseBytes } from '../bytes.js'
import { durationForms, durationToSetting, parseDuration, type TimeUnit } from '../duration.js'

/** How a setting's text becomes a value. */
export interface ConfigType<T> {
  readonly name: 'string' | 'int' | 'double' | 'boolean' | 'bytes' | 'duration' | 'list' | 'enum' | 'regex'
  /** The accepted form, for people. */
  readonly accepts: string
  /** The value, or undefined when the text is malformed. */
  parse(text: string): T | undefined
  /** The reverse of `parse`. */
  format(value: T): string
}

/** Any text, as it is. */
export const text: ConfigType<string> = {
  name: 'string',
  accepts: 'text',
  parse: (value) => value,
  format: (value) => value,
}

export const boolean: ConfigType<boolean> = {
  name: 'boolean',
  accepts: 'true or false',
  parse: (value) => ({ true: true, false: false })[value.trim().toLowerCase()],
  format: String,
}

/** Limits of a number, both inclusive. */
export interface Range {
  readonly min?: number
  readonly max?: number
}

/** A whole number. */
export function int(range: Range = {}): ConfigType<number> {
  return {
    name: 'int',
    accepts: `a whole number${describeRange(range)}`,
    parse: (value) => (/^\s*[+-]?\d+\s*$/.test(value) ? inRange(Number(value), range) : undefined),
    format: String,
  }
}

/** A number with a fraction. */
export function double(range: Range = {}): ConfigType<number> {
  return {
    name: 'double',
    accepts: `a number${describeRange(range)}`,
    parse: (value) => (value.trim() === '' ? undefined : inRange(Number(value), range)),
    format: String,
  }
}

/** A size; the value is in bytes whatever the unit. `unit` is what a bare number counts. */
export function bytes(unit: ByteUnit = 'b', range: Range = { min: 0 }): ConfigType<number> {
  return {
    name: 'bytes',
    accepts: `${byteForms}; a bare number counts ${byteUnitNames[unit]}`,
    parse: (value) => inRange(parseBytes(value, unit), range),
    format: bytesToSetting,
  }
}

/** A duration; the value is in milliseconds whatever the unit. `unit` is what a bare number counts. */
export function duration(unit: TimeUnit = 'ms', range: Range = { min: 0 }): ConfigType<number> {
  return {
    name: 'duration',
    accepts: `${durationForms}; a bare number counts ${timeUnitNames[unit]}`,
    parse: (value) => inRange(parseDuration(value, unit), range),
    format: durationToSetting,
  }
}

/** Texts with commas between; outer spaces and empty items are dropped. */
export const list: ConfigType<readonly string[]> = {
  name: 'list',
  accepts: 'a list with commas between its items',
  parse: (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  format: (value) => value.join(','),
}

/** One of some words; letter case does not matter, the value is spelt as in `words`. */
export function oneOf<const Word extends string>(...words: readonly Word[]): ConfigType<Word> {
  return {
    name: 'enum',
    accepts: `one of ${words.join(', ')}`,
    parse: (value) => words.find((word) => word.toLowerCase() === value.trim().toLowerCase()),
    format: (value) => value,
  }
}

/** A regular expression; a leading `(?i)`, as Java writes it, makes it ignore case. */
export const regex: ConfigType<RegExp> = {
  name: 'regex',
  accepts: 'a regular expression; it may begin with flags as in (?i)',
  parse(value) {
    const [, flags = '', source = value] = /^\(\?([ims]+)\)(.*)$/s.exec(value) ?? []
    try {
      return new RegExp(source, [...new Set(flags)].join(''))
    } catch {
      return undefined
    }
  },
  format: (value) => (value.flags === '' ? value.source : `(?${value.flags})${value.source}`),
}

const byteUnitNames: Record<ByteUnit, string> = { b: 'bytes', k: 'KiB', m: 'MiB', g: 'GiB', t: 'TiB', p: 'PiB' }
const timeUnitNames: Record<TimeUnit, string> = {
  us: 'microseconds',
  ms: 'milliseconds',
  s: 'seconds',
  m: 'minutes',
  min: 'minutes',
  h: 'hours',
  d: 'days',
}

function inRange(value: number | undefined, { min = -Infinity, max = Infinity }: Range): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined
}

function describeRange({ min, max }: Range): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return `, ${min} or more`
  return max === undefined ? '' : `, ${max} or less`
}
