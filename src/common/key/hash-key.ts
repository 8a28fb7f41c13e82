import { constructorName, MAX_KEY_DEPTH, objectKind, type TypedArray, tooDeep, unsupported } from './key-kind.js'

/** One seed for each kind of key, so that `1`, `'1'`, `1n` and `[1]` spread apart. */
const seed = {
  null: 0x2e1b3c4d,
  undefined: 0x51f3a7b9,
  false: 0x6c8e9cf5,
  true: 0x1d7a2b63,
  nan: 0x7ff80000,
  string: 0x811c9dc5 | 0,
  double: 0x3c6ef372,
  bigint: 0x5bd1e995,
  date: 0x27d4eb2f,
  array: 0x165667b1,
  object: 0x42b2ae35,
  bytes: 0x38495ab5,
} as const

const float = new Float64Array(1)
const words = new Int32Array(float.buffer)

/**
 * The hash of a key by its value: an int32, well mixed in all bits, equal in every process and release, and equal for
 * keys that `equalKeys` holds for equal. Choose a partition by `nonNegativeMod(hashKey(key), n)`.
 *
 * Hashed by value are strings, numbers (1 and 1.0 are one key, and so are 0 and -0; NaN equals itself), bigints (1n is not
 * 1), booleans, null, undefined, dates by their time, arrays (a hole counts as undefined), plain objects whatever the order of
 * their properties, typed arrays by kind and content (a Buffer is a Uint8Array), ArrayBuffers, and instances of classes by
 * the class's name and the own enumerable properties. Properties named by symbols do not count.
 * @throws FS_KEY_UNSUPPORTED for functions, symbols, Map, Set, RegExp, Error and instances without an enumerable property.
 * @throws FS_KEY_TOO_DEEP for a key that contains itself.
 */
export function hashKey(key: unknown): number {
  if (typeof key === 'string') return hashString(key)
  if (typeof key === 'number') return hashNumber(key)
  return hashOther(key, 0)
}

/** The hash of a string, over its UTF-16 units; the same as `hashKey` of it. */
export function hashString(text: string): number {
  let hash: number = seed.string
  const length = text.length
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return finish(hash ^ length)
}

/** The hash of a number; the same as `hashKey` of it. */
export function hashNumber(value: number): number {
  const integer = value | 0
  return integer === value ? finish(integer) : hashDouble(value)
}

/** `hash` modulo `divisor` (a positive integer), never negative. */
export function nonNegativeMod(hash: number, divisor: number): number {
  const rest = hash % divisor
  return rest < 0 ? rest + divisor : rest
}

function hashDouble(value: number): number {
  if (Number.isNaN(value)) return finish(seed.nan)
  float[0] = value
  return finish(combine(combine(seed.double, words[0] as number), words[1] as number))
}

function hashOther(key: unknown, depth: number): number {
  switch (typeof key) {
    case 'string':
      return hashString(key)
    case 'number':
      return hashNumber(key)
    case 'boolean':
      return finish(key ? seed.true : seed.false)
    case 'undefined':
      return finish(seed.undefined)
    case 'bigint':
      return finish(combine(seed.bigint, hashString(key.toString(36))))
    case 'object':
      if (key === null) return finish(seed.null)
      return Array.isArray(key) ? hashArray(key, depth) : hashObject(key, depth)
    default:
      throw unsupported(key)
  }
}

function hashArray(key: readonly unknown[], depth: number): number {
  if (depth >= MAX_KEY_DEPTH) throw tooDeep()
  const length = key.length
  let hash: number = seed.array
  for (let i = 0; i < length; i++) {
    const item = key[i]
    const itemHash =
      typeof item === 'string'
        ? hashString(item)
        : typeof item === 'number'
          ? hashNumber(item)
          : hashOther(item, depth + 1)
    hash = combine(hash, itemHash)
  }
  return finish(hash ^ length)
}

function hashObject(key: object, depth: number): number {
  switch (objectKind(key)) {
    case 'date':
      return finish(combine(seed.date, hashNumber((key as Date).getTime())))
    case 'typed-array':
      return hashTypedArray(key as TypedArray)
    case 'array-buffer':
      return hashTypedArray(new Uint8Array(key as ArrayBuffer)) ^ 1
    case 'instance':
      return finish(combine(hashString(constructorName(key)), hashProperties(key as Record<string, unknown>, depth)))
    case 'array':
      return hashArray(key as unknown[], depth)
    case 'plain':
      return hashProperties(key as Record<string, unknown>, depth)
  }
}

/** A sum over the properties, so that their order does not matter. */
function hashProperties(key: Record<string, unknown>, depth: number): number {
  if (depth >= MAX_KEY_DEPTH) throw tooDeep()
  const names = Object.keys(key)
  let sum: number = seed.object
  for (const name of names) sum = (sum + finish(combine(hashString(name), hashOther(key[name], depth + 1)))) | 0
  return finish(sum ^ names.length)
}

function hashTypedArray(key: TypedArray): number {
  let hash = combine(seed.bytes, hashString(elementType(key)))
  const length = key.length
  if (key instanceof Uint8Array) {
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (key[i] as number), 0x01000193)
  } else {
    for (let i = 0; i < length; i++) hash = combine(hash, hashOther(key[i], 0))
  }
  return finish(hash ^ length)
}

/** The element type of a typed array, e.g. `Uint8Array` for a Buffer too. */
export function elementType(key: TypedArray): string {
  return typedArrayTag.call(key)
}

const typedArrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
  ?.get as (this: TypedArray) => string

/** One round of MurmurHash3 (public domain, by Austin Appleby). */
function combine(hash: number, item: number): number {
  const k = Math.imul(item, 0xcc9e2d51)
  const mixed = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

/** MurmurHash3's finaliser: every bit of the input changes half of the bits of the output. */
function finish(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
