import { type ByteUnit, byteForms, parseBytes } from '../bytes.js'
import { durationForms, parseDuration, type TimeUnit } from '../duration.js'
import { FiresteelError } from '../errors/index.js'
import { type ConfSource, describeSource, type SourcedSettings, type SourcedValue } from './conf-source.js'
import type { AnyConfigEntry, ConfigEntry } from './config-entry.js'
import { boolean, type ConfigType, double, int } from './config-type.js'
import { APP_NAME, JARS, MASTER, REDACTION_REGEX } from './entries/application.js'
import { type ConfWarning, warningFor } from './key-check.js'
import { redact } from './redaction.js'
import { findEntry } from './registry.js'
import { submittedConf } from './submitted-conf.js'

/** What a setting may be given as; numbers and booleans are turned into text. */
export type ConfValue = string | number | boolean

const fromCode: ConfSource = { kind: 'code' }

/**
 * The settings of an application, as texts by key, with Spark's methods and a typed `get`.
 *
 * Each value remembers where it came from. A stronger source wins: the program over a flag of submit over `spark-defaults.conf` over the
 * default in the registry. Setters return the conf itself, so that they chain.
 */
export class SparkConf {
  readonly #values = new Map<string, SourcedValue>()

  /** @param loadDefaults whether to begin with what `spark-submit` passed; true unless given */
  constructor(loadDefaults = true) {
    if (loadDefaults) this.merge(submittedConf())
  }

  /** Sets a value by key, or by entry. Null, undefined and an empty key are refused with FS_CONF_KEY. */
  set(key: string, value: ConfValue): this
  set<T>(entry: ConfigEntry<T>, value: NonNullable<T>): this
  set(key: string | AnyConfigEntry, value: unknown): this {
    const name = typeof key === 'string' ? key : key.key
    if (typeof name !== 'string' || name === '' || value === undefined || value === null) {
      throw new FiresteelError('FS_CONF_KEY', { key: String(name) })
    }
    const text = typeof key === 'string' ? String(value) : key.type.format(value)
    this.#values.set(name, { value: text, source: fromCode })
    return this
  }

  /** Sets all of an object's or a list's pairs. */
  setAll(settings: Readonly<Record<string, ConfValue>> | Iterable<readonly [string, ConfValue]>): this {
    const pairs = Symbol.iterator in settings ? settings : Object.entries(settings)
    for (const [key, value] of pairs as Iterable<readonly [string, ConfValue]>) this.set(key, value)
    return this
  }

  /** Sets a value unless the key has one. */
  setIfMissing(key: string, value: ConfValue): this {
    return this.contains(key) ? this : this.set(key, value)
  }

  setMaster(url: string): this {
    return this.set(MASTER, url)
  }

  setAppName(name: string): this {
    return this.set(APP_NAME, name)
  }

  /** Additional code for driver and executors; see `spark.jars`. */
  setJars(paths: readonly string[]): this {
    return this.set(JARS, paths)
  }

  /** An environment variable, or several, for executor processes. */
  setExecutorEnv(name: string, value: string): this
  setExecutorEnv(variables: Readonly<Record<string, string>>): this
  setExecutorEnv(nameOrAll: string | Readonly<Record<string, string>>, value?: string): this {
    const pairs = typeof nameOrAll === 'string' ? [[nameOrAll, value!] as const] : Object.entries(nameOrAll)
    for (const [name, text] of pairs) this.set(`spark.executorEnv.${name}`, text)
    return this
  }

  /** Adds values with their sources; they replace those of the same key. */
  merge(settings: SourcedSettings): this {
    for (const [key, value] of settings) this.#values.set(key, value)
    return this
  }

  remove(key: string | AnyConfigEntry): this {
    for (const name of namesOf(key)) this.#values.delete(name)
    return this
  }

  /** Whether the key, or another name of the same setting, has a value of its own. */
  contains(key: string | AnyConfigEntry): boolean {
    return this.#find(key) !== undefined
  }

  /** The text of a key, else `fallback`, else undefined. A registered key's default counts only when asked by entry. */
  get(key: string): string | undefined
  get(key: string, fallback: string): string
  /**
   * The value of an entry: sizes in bytes, durations in milliseconds; the entry's default when none is set.
   *
   * @throws FS_CONF_VALUE when the text is malformed, with the place it came from
   */
  get<T>(entry: ConfigEntry<T>): T
  get(key: string | AnyConfigEntry, fallback?: string): unknown {
    const found = this.#find(key)
    if (typeof key === 'string') return found?.value ?? fallback
    if (found !== undefined) return key.parse(found.value, describeSource(found.source))
    return key.fallback === undefined ? key.default : this.get(key.fallback)
  }

  /** A whole number, else `fallback`. Throws FS_CONF_VALUE when malformed, as all of these do. */
  getInt(key: string, fallback: number): number {
    return this.#read(key, int()) ?? fallback
  }

  getDouble(key: string, fallback: number): number {
    return this.#read(key, double()) ?? fallback
  }

  getBoolean(key: string, fallback: boolean): boolean {
    return this.#read(key, boolean) ?? fallback
  }

  /** A size in bytes; a bare number counts bytes. `fallback` is a size as well: `64k`. */
  getSizeAsBytes(key: string, fallback: string): number {
    return this.#size(key, fallback, 'b')
  }

  /** A size in whole KiB; a bare number counts KiB. */
  getSizeAsKb(key: string, fallback: string): number {
    return Math.floor(this.#size(key, fallback, 'k') / 2 ** 10)
  }

  /** A size in whole MiB; a bare number counts MiB. */
  getSizeAsMb(key: string, fallback: string): number {
    return Math.floor(this.#size(key, fallback, 'm') / 2 ** 20)
  }

  /** A size in whole GiB; a bare number counts GiB. */
  getSizeAsGb(key: string, fallback: string): number {
    return Math.floor(this.#size(key, fallback, 'g') / 2 ** 30)
  }

  /** A duration in milliseconds; a bare number counts milliseconds. `fallback` is a duration as well: `10s`. */
  getTimeAsMs(key: string, fallback: string): number {
    return this.#time(key, fallback, 'ms')
  }

  /** A duration in whole seconds; a bare number counts seconds. */
  getTimeAsSeconds(key: string, fallback: string): number {
    return Math.floor(this.#time(key, fallback, 's') / 1000)
  }

  /** All pairs that have a value of their own, sorted by key. */
  getAll(): [string, string][] {
    return [...this.#values].map(([key, { value }]): [string, string] => [key, value]).sort(byKey)
  }

  /** All pairs but those whose entry in the registry is a secret: what executors are told. */
  getAllButSecrets(): [string, string][] {
    return this.getAll().filter(([key]) => findEntry(key)?.secret !== true)
  }

  /** The pairs whose key begins with `prefix`, without it. */
  getAllWithPrefix(prefix: string): [string, string][] {
    return this.getAll()
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value])
  }

  /** Environment variables for executor processes. */
  getExecutorEnv(): [string, string][] {
    return this.getAllWithPrefix('spark.executorEnv.')
  }

  /** Where the value of a key came from; undefined when it has none of its own. */
  sourceOf(key: string | AnyConfigEntry): ConfSource | undefined {
    return this.#find(key)?.source
  }

  /** All settings with their sources. */
  sourced(): SourcedSettings {
    return new Map(this.#values)
  }

  /** A copy that can be changed on its own. */
  clone(): SparkConf {
    return new SparkConf(false).merge(this.#values)
  }

  /** One `key=value` a line, sorted by key, secrets redacted. */
  toDebugString(): string {
    return this.redacted()
      .map(([key, value]) => `${key}=${value}`)
      .join('\n')
  }

  /** All pairs as they may be shown. */
  redacted(): [string, string][] {
    const pattern = this.get(REDACTION_REGEX)
    return this.getAll().map(([key, value]) => [key, redact(key, value, pattern)])
  }

  /**
   * Reads every registered setting once, so that a malformed one is refused at the start, not in the middle of a job.
   *
   * @returns warnings about unknown, unsupported and renamed keys, sorted by key
   * @throws FS_CONF_VALUE for the first malformed value
   */
  check(): ConfWarning[] {
    for (const key of this.#values.keys()) {
      const entry = findEntry(key)
      if (entry !== undefined) this.get(entry)
    }
    return this.getAll().flatMap(([key]) => warningFor(key) ?? [])
  }

  #find(key: string | AnyConfigEntry): SourcedValue | undefined {
    for (const name of namesOf(key)) {
      const value = this.#values.get(name)
      if (value !== undefined) return value
    }
    return undefined
  }

  #read<T>(key: string, type: ConfigType<T>): T | undefined {
    const found = this.#find(key)
    if (found === undefined) return undefined
    const value = type.parse(found.value)
    if (value === undefined) throw malformed(key, found, type.accepts)
    return value
  }

  #size(key: string, fallback: string, unit: ByteUnit): number {
    const found = this.#find(key) ?? { value: fallback, source: fromCode }
    const value = parseBytes(found.value, unit)
    if (value === undefined) throw malformed(key, found, byteForms)
    return value
  }

  #time(key: string, fallback: string, unit: TimeUnit): number {
    const found = this.#find(key) ?? { value: fallback, source: fromCode }
    const value = parseDuration(found.value, unit)
    if (value === undefined) throw malformed(key, found, durationForms)
    return value
  }
}

/** The key itself first, then every other name of the same setting. */
function namesOf(key: string | AnyConfigEntry): readonly string[] {
  const entry = typeof key === 'string' ? findEntry(key) : key
  const name = typeof key === 'string' ? key : key.key
  return entry === undefined ? [name] : [name, ...[entry.key, ...entry.aliases].filter((other) => other !== name)]
}

function malformed(key: string, { value, source }: SourcedValue, accepts: string): FiresteelError {
  return new FiresteelError('FS_CONF_VALUE', { key, value, accepts, origin: describeSource(source) })
}

function byKey([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
