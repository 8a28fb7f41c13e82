import { FiresteelError } from '../../../common/errors/index.js'

/**
 * Reads a value that came from outside. What it returns is made anew and holds what the type names and nothing else: fields that are not
 * known are left out, so that a newer peer may say more.
 *
 * @throws Misshapen
 */
export type Shape<T> = (value: unknown) => T

/** What is wrong with a value, and where in the message. Never holds a text that the peer sent: it may be a secret. */
class Misshapen extends Error {
  override readonly name = 'Misshapen'
  readonly path: (string | number)[] = []
}

/**
 * The body of a message.
 *
 * @param what the method, for the error
 * @throws FS_CLUSTER_MESSAGE
 */
export function readMessage<T>(shape: Shape<T>, body: unknown, what: string): T {
  try {
    return shape(body)
  } catch (error) {
    if (!(error instanceof Misshapen)) throw error
    const field = pathText(error.path)
    throw new FiresteelError('FS_CLUSTER_MESSAGE', { what, field, problem: error.message })
  }
}

/** Text of so many UTF-16 units at most. */
export function text(most: number, least = 0): Shape<string> {
  return (value) => {
    if (typeof value !== 'string') throw unlike(value, 'a text')
    if (value.length > most) throw new Misshapen(`is a text of ${value.length} characters; ${most} is the most`)
    if (value.length < least) throw new Misshapen(`is a text of ${value.length} characters; ${least} is the least`)
    return value
  }
}

/** Text that fits a pattern; `like` says of which kind. */
export function textLike(pattern: RegExp, like: string, most: number): Shape<string> {
  const plain = text(most)
  return (value) => {
    const read = plain(value)
    if (pattern.test(read)) return read
    throw new Misshapen(`is not ${like}`)
  }
}

/** Text of one line: what would break lines or steer a terminal becomes a space, since it ends up in logs and pages. */
export function line(most: number): Shape<string> {
  const plain = text(most)
  return (value) => plain(value).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}

/** Text for people: what is too long is cut, since that it is too long does no harm. */
export function clipped(most: number): Shape<string> {
  const plain = text(Number.POSITIVE_INFINITY)
  return (value) => {
    const read = plain(value)
    return read.length > most ? `${read.slice(0, most)} …` : read
  }
}

export function whole(least: number, most: number): Shape<number> {
  return (value) => {
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number
    const found = typeof value === 'number' ? String(value) : kindOf(value)
    throw new Misshapen(`is ${found}, where a whole number from ${least} to ${most} is expected`)
  }
}

/** Any number that is one, such as a time. */
export const finite: Shape<number> = (value) => {
  if (Number.isFinite(value)) return value as number
  throw unlike(value, 'a number')
}

export const flag: Shape<boolean> = (value) => {
  if (typeof value === 'boolean') return value
  throw unlike(value, 'true or false')
}

export function oneOf<const T extends string>(values: readonly T[]): Shape<T> {
  const known = new Set<unknown>(values)
  return (value) => {
    if (known.has(value)) return value as T
    throw new Misshapen(`is none of ${values.join(', ')}`)
  }
}

/** What may be absent. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === undefined ? undefined : shape(value))
}

export function list<T>(shape: Shape<T>, most: number): Shape<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw unlike(value, 'a list')
    if (value.length > most) throw new Misshapen(`has ${value.length} items; ${most} is the most`)
    return value.map((item, at) => within(at, shape, item))
  }
}

/** Values by names that the peer chooses. */
export function record<T>(
  shape: Shape<T>,
  limits: { readonly key: RegExp; readonly most: number },
): Shape<Record<string, T>> {
  return (value) => {
    const entries = Object.entries(objectOf(value))
    if (entries.length > limits.most) throw new Misshapen(`has ${entries.length} entries; ${limits.most} is the most`)
    return Object.fromEntries(
      entries.map(([key, item]) => {
        // Whoever looks such a name up in a plain object finds what nobody has put there.
        if (key in Object.prototype) throw new Misshapen('has an entry of a name that is not allowed')
        if (!limits.key.test(key)) throw new Misshapen('has an entry of a name that is not one')
        return [key, within(key, shape, item)]
      }),
    )
  }
}

/** The shapes of all fields of a type; forgetting one does not compile. */
export type Fields<T> = { readonly [K in keyof T]-?: Shape<T[K]> }

export function object<T extends object>(fields: Fields<T>): Shape<T> {
  const all = Object.entries(fields) as [string, Shape<unknown>][]
  return (value) => {
    const given = objectOf(value)
    const result: Record<string, unknown> = {}
    for (const [name, shape] of all) {
      const read = within(name, shape, Object.hasOwn(given, name) ? given[name] : undefined)
      if (read !== undefined) result[name] = read
    }
    return result as T
  }
}

/** One of several objects, told apart by a field. */
export function union<K extends string, T extends { readonly [key in K]: string }>(
  tag: K,
  shapes: { readonly [V in T[K]]: Shape<Omit<Extract<T, { readonly [key in K]: V }>, K>> },
): Shape<T> {
  const kinds = Object.keys(shapes) as T[K][]
  const tagOf = oneOf<string>(kinds)
  return (value) => {
    const kind = within(tag, tagOf, objectOf(value)[tag]) as T[K]
    return { [tag]: kind, ...shapes[kind](value) } as unknown as T
  }
}

/** Together no more characters than that, keys included. */
export function together<T extends readonly string[] | Record<string, string>>(
  most: number,
  shape: Shape<T>,
): Shape<T> {
  return (value) => {
    const read = shape(value)
    let characters = 0
    for (const [key, one] of Object.entries(read)) characters += key.length + one.length
    if (characters > most) throw new Misshapen(`holds ${characters} characters; ${most} is the most`)
    return read
  }
}

function within<T>(name: string | number, shape: Shape<T>, value: unknown): T {
  try {
    return shape(value)
  } catch (error) {
    if (error instanceof Misshapen) error.path.unshift(name)
    throw error
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw unlike(value, 'an object')
}

function unlike(value: unknown, expected: string): Misshapen {
  return new Misshapen(`is ${kindOf(value)}, where ${expected} is expected`)
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return { string: 'a text', number: 'a number', boolean: 'true or false' }[typeof value as string] ?? 'an object'
}

/** `worker.executors[3].cores`; names that the peer chose are shortened. */
function pathText(path: readonly (string | number)[]): string {
  const shown = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part.slice(0, 60)}`)).join('')
  return shown === '' ? 'the message' : shown.replace(/^\./, '')
}
