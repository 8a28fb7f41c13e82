// biome-ignore-all lint: this file is a collection of odd code
import { make, works } from './kit.js'

works(
  'collections, dates, numbers of all kinds',
  make(
    (...v) =>
      () =>
        v,
    new Map([[{ k: 1 }, [1]]]),
    new Set([1, 'a']),
    new Date(0),
    /a+/gi,
    123456789012345678901n,
    -5n,
    NaN,
    undefined,
    null,
    -0,
    1.5,
    2 ** 40,
    Infinity,
    true,
    '',
  ),
)
works(
  'binary data',
  make(
    (f, b, d, a) => () => [f, b.toString(), d.getInt8(0), a.byteLength],
    new Float64Array([1, 2]),
    Buffer.from('hello world').subarray(6),
    new DataView(new ArrayBuffer(2)),
    new ArrayBuffer(3),
  ),
)
works(
  'views that share a buffer',
  make(
    (a, b) => () => {
      a[0] = 9
      return [b[0], a.buffer === b.buffer]
    },
    ...make(() => {
      const x = new ArrayBuffer(8)
      return [new Uint8Array(x), new Uint8Array(x, 0, 4)]
    }),
  ),
)
works(
  'strings of all kinds',
  make((s) => () => s, ['héllo', '😀', '\ud800', 'x'.repeat(300)]),
)
works(
  'a cyclic object',
  make(() => {
    const a = { n: 1 }
    a.self = a
    const b = [a]
    a.b = b
    return () => [a.self === a, a.b[0] === a]
  }),
)
works(
  'an object and a function in a cycle',
  make(() => {
    const o = { k: 3, f: () => o.k + 1 }
    return () => o.f()
  }),
)
works(
  'no prototype, frozen, symbols',
  make(() => {
    const n = Object.create(null)
    n.x = 1
    const f = Object.freeze({ a: [1] })
    const s = Symbol('s')
    const y = {
      [s]: 2,
      [Symbol.iterator]: function* () {
        yield 1
      },
    }
    return () => [n.x, Object.getPrototypeOf(n), Object.isFrozen(f), y[s], [...y], Symbol.for('a') === Symbol.for('a')]
  }),
)
works(
  'a sealed and a frozen array',
  make((a, b) => () => [Object.isFrozen(a), Object.isSealed(b), a[1], b[0]], Object.freeze([1, 2]), Object.seal([{}])),
)
works(
  'a sparse array and an array with properties',
  make(() => {
    const a = [1, , 3]
    a.tag = 'x'
    return () => [a.length, 1 in a, a.tag]
  }),
)
works(
  'an object with accessors',
  make(() => {
    let z = 4
    const o = {
      get v() {
        return z + 1
      },
      set v(n) {
        z = n
      },
    }
    return () => {
      o.v = 7
      return o.v
    }
  }),
)
works(
  'a prototype that is an object',
  make(() => {
    const proto = {
      hi() {
        return `hi${this.n}`
      },
    }
    const o = Object.create(proto)
    o.n = 1
    return () => o.hi()
  }),
)
works(
  'boxed values',
  make((a, b) => () => [a + 1, `${b}x`, typeof a], new Number(1), new String('s')),
)
works(
  'URLs and errors',
  make(
    (u, e) => () => [u.host, e.message, e instanceof RangeError, e.cause.message],
    new URL('http://h:1/x'),
    new RangeError('q', { cause: new Error('c') }),
  ),
)
works(
  'formats and decoders',
  make(
    (f, d) => () => [f.format(1234.5), d.decode(new Uint8Array([104]))],
    new Intl.NumberFormat('de-DE'),
    new TextDecoder(),
  ),
)
works(
  'functions in collections',
  make(
    (l, m) => () => [l.map((f) => f(2)), [...m].map(([k, v]) => k() + v())],
    [(x) => x + 1, (x) => x * 3],
    new Map([[() => 1, () => 2]]),
  ),
)
works(
  'process, console and globalThis as values',
  make((p, c, g) => () => [p.version, typeof c.log, g === globalThis], process, console, globalThis),
)
works(
  'the arguments of another function',
  (function () {
    const a = arguments
    return () => a[1] + a.length
  })(1, 2),
)
