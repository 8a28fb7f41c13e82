import type { SparkConf } from '../common/conf/index.js'
import { type ConfValue, findEntry } from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'

/**
 * The settings of a session: those of its context, and its own on top. Settings that the context was started with cannot be changed here;
 * any other key can, and is seen by this session alone.
 */
export class SessionConf {
  readonly #context: SparkConf
  readonly #own = new Map<string, string>()

  /** @internal */
  constructor(context: SparkConf) {
    this.#context = context
  }

  /** The text of a key, else `fallback`, else undefined. */
  get(key: string): string | undefined
  get(key: string, fallback: string): string
  get(key: string, fallback?: string): string | undefined {
    return this.#own.get(key) ?? this.#context.get(key) ?? fallback
  }

  /** All pairs that have a value, sorted by key. */
  getAll(): [string, string][] {
    const all = new Map([...this.#context.getAll(), ...this.#own])
    return [...all].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  /** @throws FS_CONF_FIXED when the context has read it already */
  set(key: string, value: ConfValue): void {
    if (!this.isModifiable(key)) throw new FiresteelError('FS_CONF_FIXED', { key })
    this.#own.set(key, String(value))
  }

  /** Forgets what `set` gave it; the context's own value counts again. */
  unset(key: string): void {
    this.#own.delete(key)
  }

  /** Whether `set` takes the key: it is none that the context is started with. */
  isModifiable(key: string): boolean {
    return findEntry(key) === undefined
  }
}
