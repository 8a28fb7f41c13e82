import { FiresteelError } from '../errors/index.js'
import type { ConfigType } from './config-type.js'

/** One setting: what it is called, what it means, and how its text is read. */
export interface ConfigEntry<T> {
  readonly key: string
  readonly type: ConfigType<NonNullable<T>>
  /** The value when nobody sets one; undefined for a setting that may be absent. Sizes in bytes, durations in milliseconds. */
  readonly default: T
  /** The default as a person would write it. */
  readonly defaultText: string
  readonly doc: string
  /** The Firesteel version that first had it. */
  readonly since: string
  /** The value is never shown. */
  readonly secret: boolean
  /** Older names of the same setting, still read. */
  readonly aliases: readonly string[]
  /** The setting whose value this one takes when it is not set. */
  readonly fallback?: ConfigEntry<T>
  /**
   * Reads a value from text.
   *
   * @param origin where the text came from, for the error
   * @throws FS_CONF_VALUE when it is malformed
   */
  parse(text: string, origin?: string): NonNullable<T>
}

/** Any entry, when its type does not matter. */
// biome-ignore lint/suspicious/noExplicitAny: entries of all types in one list; values are only formatted, never used
export type AnyConfigEntry = ConfigEntry<any>

interface Definition<T> {
  readonly key: string
  readonly type: ConfigType<T>
  readonly doc: string
  /** What the default is, when it is not known before run time. */
  readonly defaultText?: string
  readonly since?: string
  readonly secret?: boolean
  readonly aliases?: readonly string[]
}

const firstRelease = '0.1.0'

/** Defines a setting. `default` is written as a user would write it, so that the page of settings shows just that. */
export function define<T>(definition: Definition<T> & { readonly default: string }): ConfigEntry<T>
export function define<T>(definition: Definition<T> & { readonly fallback: ConfigEntry<T> }): ConfigEntry<T>
export function define<T>(definition: Definition<T>): ConfigEntry<T | undefined>
export function define<T>(
  definition: Definition<T> & { readonly default?: string; readonly fallback?: ConfigEntry<T> },
): ConfigEntry<T | undefined> {
  const { key, type, fallback } = definition
  const parse = (value: string, origin?: string): NonNullable<T> => {
    const parsed = type.parse(value)
    if (parsed !== undefined && parsed !== null) return parsed
    const shown = definition.secret ? '(a secret)' : value
    throw new FiresteelError('FS_CONF_VALUE', { key, value: shown, accepts: type.accepts, origin })
  }
  return {
    key,
    type: type as ConfigType<NonNullable<T>>,
    default: definition.default === undefined ? fallback?.default : parse(definition.default, 'the registry'),
    defaultText: definition.defaultText ?? definition.default ?? (fallback ? `(value of ${fallback.key})` : '(none)'),
    doc: definition.doc,
    since: definition.since ?? firstRelease,
    secret: definition.secret ?? false,
    aliases: definition.aliases ?? [],
    fallback,
    parse,
  }
}
