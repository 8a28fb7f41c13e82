import { afterEach, describe, expect, test } from 'vitest'
import { FiresteelError } from '../common/errors/index.js'
import { decodeValue, encodeBatch, encodeValue, registerClass, setClassResolver } from './index.js'

class Point {
  x = 0
  y = 0
  get length(): number {
    return Math.hypot(this.x, this.y)
  }
}

class Money {
  readonly #cents: number
  constructor(cents: number) {
    this.#cents = cents
  }
  get cents(): number {
    return this.#cents
  }
}

class Tags extends Set<string> {}

class HttpError extends Error {
  readonly status = 404
  override get name(): string {
    return 'HttpError'
  }
}

function copy<T>(value: T): T {
  return decodeValue(encodeValue(value)) as T
}

describe('instances of classes', () => {
  afterEach(() => setClassResolver(undefined))

  test('travel with their prototype once the class is registered', () => {
    expect(() => encodeValue([new Point()])).toThrow('[FS_SERIALIZER_CLASS] record[0][0] is an instance of class Point')
    registerClass('test.Point', Point)
    const point = Object.assign(new Point(), { x: 3, y: 4, label: 'p' })
    const back = copy({ at: point, again: point })
    expect(back.at).toBeInstanceOf(Point)
    expect(back.at.length).toBe(5)
    expect(back.again).toBe(back.at)
    expect(Object.keys(back.at)).toEqual(['x', 'y', 'label'])
  })

  test('travel by a codec where properties do not say all', () => {
    registerClass('test.Money', Money, {
      encode: (money) => (money as Money).cents,
      decode: (cents) => new Money(cents as number),
    })
    registerClass('test.Tags', Tags, {
      encode: (tags) => [...(tags as Tags)],
      decode: (tags) => new Tags(tags as string[]),
    })
    const money = new Money(150)
    const back = copy([money, new Tags(['a', 'b']), [money]] as const)
    expect(back[0].cents).toBe(150)
    expect(back[2][0]).toBe(back[0])
    expect(back[1]).toBeInstanceOf(Tags)
    expect([...back[1]]).toEqual(['a', 'b'])
  })

  test('travel when the resolver knows their class, and are named when the reader does not', () => {
    class Local {
      n = 1
    }
    setClassResolver({
      keyOf: (type) => (type === Local ? 'closure:7' : undefined),
      classOf: (key) => (key === 'closure:7' ? Local : undefined),
    })
    expect(copy(new Local())).toBeInstanceOf(Local)
    const bytes = encodeValue(new Local())
    setClassResolver(undefined)
    expect(() => decodeValue(bytes)).toThrow("[FS_SERIALIZER_CLASS_UNKNOWN] an instance of class 'closure:7' arrived")
  })

  test('of Map and the like need a codec even when registered', () => {
    class Index extends Map {}
    registerClass('test.Index', Index)
    expect(() => encodeBatch([new Index()])).toThrow('record[0] is an instance of class Index')
  })

  test('of Error come back as the nearest built-in error with their name, or as themselves when registered', () => {
    const back = copy(new HttpError('gone')) as HttpError
    expect([back instanceof HttpError, back instanceof Error, back.name, back.message, back.status]).toEqual([
      false,
      true,
      'HttpError',
      'gone',
      404,
    ])
    registerClass('test.HttpError', HttpError)
    expect(copy(new HttpError('gone'))).toBeInstanceOf(HttpError)
    const ours = copy(new FiresteelError('FS_CONTEXT_STOPPED', { what: 'count' }, { cause: new Error('why') }))
    expect(FiresteelError.is(ours, 'FS_CONTEXT_STOPPED')).toBe(true)
    expect((ours.cause as Error).message).toBe('why')
  })

  test('that hold handles are refused as such', () => {
    const emitter = { on() {}, emit() {} }
    class Socket {
      on(): void {}
      emit(): void {}
    }
    expect(() => encodeValue({ conn: new Socket() })).toThrow('[FS_SERIALIZER_UNSUPPORTED] record[0].conn is a Socket')
    expect(() => encodeValue(emitter)).toThrow('FS_SERIALIZER_UNSUPPORTED')
  })
})
