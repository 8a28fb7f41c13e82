import { createContext, runInContext, runInThisContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { FiresteelError } from '../common/errors/index.js'
import { type Closure, callSite, capture, rebuild, registerOwnModule, staysHome, travels } from './index.js'

type AnyFunction = Function

const captured = (fn: AnyFunction, maxBytes?: number): Closure => capture(fn, { site: callSite('map'), maxBytes })
const again = (fn: AnyFunction): Promise<AnyFunction> =>
  rebuild(captured(fn).bytes, { resolveHandle: (ref) => ref.data })

function refusal(fn: AnyFunction, maxBytes?: number): FiresteelError {
  try {
    captured(fn, maxBytes)
  } catch (error) {
    if (error instanceof FiresteelError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('capture', () => {
  test('gives equal functions over equal values equal hashes, and others different ones', () => {
    const adder = (n: number) => (x: number) => x + n
    expect(captured(adder(1)).hash).toBe(captured(adder(1)).hash)
    expect(captured(adder(1)).hash).not.toBe(captured(adder(2)).hash)
  })

  test('sees what a variable holds at the time of the call, every time', async () => {
    let n = 1
    const read = () => n
    const first = captured(read)
    n = 2
    const second = captured(read)
    expect(first.hash).not.toBe(second.hash)
    expect((await rebuild(second.bytes, { resolveHandle: () => undefined }))()).toBe(2)
  })

  test('keeps what it knows of a function without variables, until the function gets a property', () => {
    const one: { (): number; tag?: number } = () => 1
    const first = captured(one)
    expect(captured(one).bytes).toBe(first.bytes)
    one.tag = 1
    expect(captured(one).hash).not.toBe(first.hash)
  })

  test('tells async functions and generators by their syntax, through bind too', () => {
    const flags = (fn: AnyFunction): boolean[] => [captured(fn).isAsync, captured(fn).isGenerator]
    expect(flags(() => Promise.resolve(1))).toEqual([false, false])
    expect(flags(async () => 1)).toEqual([true, false])
    expect(flags(async function* () {})).toEqual([true, true])
    expect(flags((async () => {}).bind(null))).toEqual([true, false])
    expect(flags(Math.max)).toEqual([false, false])
  })

  test('names the operator, the line and the path in a refusal', () => {
    const conn = { pool: [{ socket: new WeakMap() }] }
    const error = refusal(() => conn)
    expect(error.code).toBe('FS_CLOSURE_VALUE')
    expect(error.message).toMatch(
      /map\(\.\.\.\) at capture\.test\.ts:\d+ captures conn -> pool -> \[0\] -> socket \(a WeakMap cannot travel\)/,
    )
  })

  test('refuses what is no function', () => {
    expect(refusal(42 as unknown as AnyFunction).message).toContain('needs a function, but was given 42 (number)')
  })

  test('refuses a variable that has no value yet', () => {
    const early = () => refusal(() => later)
    expect(early().code).toBe('FS_CLOSURE_UNINITIALISED')
    expect(early().details.path).toBe('later')
    const later = 1
  })

  test('takes a variable that is undefined for what it is', async () => {
    const nothing: undefined = undefined
    let unset: number | undefined
    expect((await again(() => [nothing, unset]))()).toEqual([undefined, undefined])
    unset = 1
  })

  test('names the largest part of what is too large', () => {
    const small = { a: 1 }
    const large = { rows: Array.from({ length: 1000 }, (_, i) => `row ${i}`) }
    const error = refusal(() => [small, large], 5000)
    expect(error.code).toBe('FS_CLOSURE_TOO_LARGE')
    expect(error.details).toMatchObject({ largest: 'large', limit: 5000 })
  })

  test('counts the contents of buffers as part of the variable', () => {
    const table = { values: new Float64Array(1000) }
    expect(refusal(() => table, 5000).details).toMatchObject({ largest: 'table' })
  })

  test('goes through chains of any length', async () => {
    let list: { next: unknown } | null = null
    for (let i = 0; i < 50_000; i++) list = { next: list }
    let chain = (x: number): number => x
    for (let i = 0; i < 2000; i++) {
      const next = chain
      chain = (x) => next(x) + 1
    }
    const count = (): number => {
      let n = 0
      for (let at = list; at; at = at.next as typeof list) n++
      return n
    }
    expect((await again(count))()).toBe(50_000)
    expect((await again(chain))(0)).toBe(2000)
  })

  test('reads functions of a prompt: script variables and globals of the program', async () => {
    const defined = runInThisContext(
      'let shellLet = 3; var shellVar = 4; function shellTwice(x) { return x * 2 }; shellTwice',
    )
    expect(defined(1)).toBe(2)
    const fn = runInThisContext('(x) => shellTwice(x) + shellVar + shellLet')
    const made = await again(fn)
    runInThisContext('shellVar = 0; shellLet = 0')
    expect(made(1)).toBe(9)
  })

  test('reads functions of another context, whose objects have prototypes of their own', async () => {
    const context = createContext({})
    const fn = runInContext('const o = { list: [1, 2], map: new Map([[1, new Date(0)]]) }; (() => o)', context)
    const found = (await again(fn))()
    expect(found).toEqual({ list: [1, 2], map: new Map([[1, new Date(0)]]) })
    expect(Object.getPrototypeOf(found.list)).toBe(Array.prototype)
  })
})

describe('values that know how they travel', () => {
  test('a traveller arrives as what its handle means there', async () => {
    const broadcast = { [travels]: () => ({ kind: 'broadcast', data: { id: 7 } }) }
    const closure = captured(() => [broadcast, broadcast])
    expect(closure.handles).toEqual([{ kind: 'broadcast', data: { id: 7 } }])
    const made = await rebuild(closure.bytes, { resolveHandle: ({ kind, data }) => ({ kind, ...(data as object) }) })
    const [first, second] = made()
    expect(first).toEqual({ kind: 'broadcast', id: 7 })
    expect(first).toBe(second)
  })

  test('a value that stays home is refused with its own text', () => {
    const rdd = { [staysHome]: 'an RDD cannot be used inside a task' }
    const nested = { rdd }
    expect(refusal(() => nested).message).toContain('captures nested -> rdd (an RDD cannot be used inside a task)')
  })

  test('exports of an own module arrive as the exports of the module there', async () => {
    class Level {}
    const here = { Level, levels: { memory: new Level() }, helper: () => 'here' }
    const there = { Level: class {}, levels: { memory: 'there' }, helper: () => 'there' }
    registerOwnModule('firesteel-test', async () => there, here)
    const { levels, helper } = here
    const closure = captured(() => [levels.memory, helper()])
    expect(closure.modules).toEqual([{ format: 'own', specifier: 'firesteel-test' }])
    const made = await rebuild(closure.bytes, { resolveHandle: () => undefined })
    expect(made()).toEqual(['there', 'there'])
  })
})

describe('rebuild', () => {
  test('refuses bytes that are cut off, at any place', async () => {
    const data = { list: [1, 'two', new Map([[3, new Set([4n])]])], view: new Uint8Array(8) }
    const { bytes } = captured(() => data)
    for (let length = 0; length < bytes.length; length++) {
      const attempt = rebuild(bytes.slice(0, length), { resolveHandle: () => undefined })
      await expect(attempt).rejects.toThrow(Error)
    }
  })

  test('names a module that is missing', async () => {
    const { bytes } = captured(() => 1)
    const text = Buffer.from(bytes).toString('latin1')
    const empty = '{"modules":[],"handles":[]}'
    const wanted =
      '{"modules":[{"format":"import","specifier":"no-such-package","package":"no-such-package"}],"handles":[]}'
    const at = text.indexOf(empty)
    const header = Buffer.concat([Buffer.from([bytes[0] as number]), count(wanted.length * 4 + 2), Buffer.from(wanted)])
    const forged = Buffer.concat([header, Buffer.from(bytes.subarray(at + empty.length))])
    const attempt = rebuild(forged, { resolveHandle: () => undefined })
    await expect(attempt).rejects.toThrow(/needs the module 'no-such-package'/)
  })
})

/** A count as the format writes it. */
function count(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest])
}
