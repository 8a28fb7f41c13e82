import { equalKeys, hashKey } from '../common/key/index.js'

/**
 * A `Map` whose keys are compared by value, as everywhere in RDDs: `map.get(['a', 1])` finds what was kept under another `['a', 1]`. What
 * actions on pairs give back. Keys that are objects must not be changed while they are in it.
 */
export class KeyMap<K, V> extends Map<K, V> {
  /** The keys that are objects, as the map beneath knows them, by hash. */
  #objects: Map<number, K[]> | undefined

  constructor(entries: Iterable<readonly [K, V]> = []) {
    super()
    for (const [key, value] of entries) this.set(key, value)
  }

  override get(key: K): V | undefined {
    return super.get(isPrimitive(key) ? key : this.#known(key))
  }

  override has(key: K): boolean {
    return super.has(isPrimitive(key) ? key : this.#known(key))
  }

  override set(key: K, value: V): this {
    if (isPrimitive(key)) return super.set(key, value)
    const known = this.#known(key)
    if (known === key && !super.has(key)) {
      const hash = hashKey(key)
      this.#objects ??= new Map()
      const alike = this.#objects.get(hash)
      if (alike === undefined) this.#objects.set(hash, [key])
      else alike.push(key)
    }
    return super.set(known, value)
  }

  override delete(key: K): boolean {
    if (isPrimitive(key)) return super.delete(key)
    const known = this.#known(key)
    if (!super.delete(known)) return false
    const alike = this.#objects?.get(hashKey(key)) as K[]
    alike.splice(alike.indexOf(known), 1)
    return true
  }

  override clear(): void {
    super.clear()
    this.#objects?.clear()
  }

  /** The key of the same value that is in the map, else the key itself. */
  #known(key: K): K {
    const alike = this.#objects?.get(hashKey(key))
    return alike?.find((other) => equalKeys(other, key)) ?? key
  }
}

function isPrimitive(key: unknown): boolean {
  return typeof key !== 'object' || key === null
}

/** A map that compares keys by value: a plain `Map` where that does so itself, as no key is an object. */
export function mapByValue<K, V>(entries: Iterable<readonly [K, V]>): Map<K, V> {
  const all = entries instanceof Map ? entries : [...entries]
  for (const [key] of all) if (!isPrimitive(key)) return entries instanceof KeyMap ? entries : new KeyMap(all)
  return new Map(all)
}
