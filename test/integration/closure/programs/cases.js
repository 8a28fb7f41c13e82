// biome-ignore-all lint: this file is a collection of odd code
// biome-ignore-all format: a case a line
// biome-ignore-all assist: the order of the imports is part of it
import * as os from 'node:os'
import path, { join } from 'node:path'
import * as acorn from 'acorn'
import { parse, tokTypes } from 'acorn'
import * as library from './library.js'
import Box, { callCount, scale, tokenCount } from './library.js'

/** Each case: what it is called, a function, the arguments of the one call that is compared, or the refusal to expect. */
export const cases = []
const works = (name, fn, args = []) => cases.push({ name, fn, args })
const refused = (name, fn, code, path) => cases.push({ name, fn, args: [], refused: { code, path } })
const make = (maker, ...values) => maker(...values)

const ten = 10
const record = { a: 1, nested: { list: [1, 2] } }

// Forms of functions
works('an arrow function over a const', (x) => x + ten, [1])
works(
  'a function expression',
  function (x) {
    return x + ten
  },
  [1],
)
works(
  'an async arrow function',
  async (x) => {
    await null
    return x + ten
  },
  [1],
)
works(
  'a generator',
  function* (n) {
    for (let i = 0; i < n; i++) yield i + ten
  },
  [3],
)
works(
  'an async generator',
  async function* (n) {
    for (let i = 0; i < n; i++) yield i + ten
  },
  [3],
)
works(
  'a method',
  {
    plus(x) {
      return x + ten
    },
  }.plus,
  [1],
)
works(
  'a method of a computed name',
  {
    [`a${ten}`](x) {
      return x + ten
    },
  }.a10,
  [1],
)
works(
  'a method whose name is no identifier',
  {
    'foo bar'(x) {
      return x + ten
    },
  }['foo bar'],
  [1],
)
works(
  'an async generator method',
  {
    async *m(x) {
      yield x + ten
    },
  }.m,
  [1],
)
works(
  'methods called get, set, async and static',
  make((o) => () => [o.get(1), o.set(2), o.async(3), o.static(4)], {
    get(x) {
      return x
    },
    set(x) {
      return x
    },
    async(x) {
      return x
    },
    static(x) {
      return x
    },
  }),
)
works(
  'a static method',
  class {
    static add(x) {
      return x + ten
    }
  }.add,
  [1],
)
works(
  'the getter of an accessor',
  Object.getOwnPropertyDescriptor(
    {
      get q() {
        return ten
      },
    },
    'q',
  ).get,
)
works(
  'a recursive declaration',
  make(() => {
    function factorial(n) {
      return n < 2 ? 1 : n * factorial(n - 1)
    }
    return factorial
  }),
  [6],
)
works(
  'a recursive const',
  make(() => {
    const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2))
    return fib
  }),
  [10],
)
works(
  'a named function expression',
  function factorial(n) {
    return n < 2 ? 1 : n * factorial(n - 1)
  },
  [6],
)
works(
  'functions that call each other',
  make(() => {
    const even = (n) => n === 0 || odd(n - 1)
    const odd = (n) => n !== 0 && even(n - 1)
    return even
  }),
  [11],
)
works(
  'a declaration that was assigned anew',
  make(() => {
    function f(n) {
      return n < 2 ? 1 : n * f(n - 1)
    }
    const first = f
    f = (n) => first(n) + 1
    return () => first(4)
  }),
)
works(
  'a named expression inside of a const of its name',
  make(() => {
    const hundredMore = (g) => (n) => g(n) + 100
    const f = hundredMore(function f(n) {
      return n < 2 ? 1 : n * f(n - 1)
    })
    return () => f(3)
  }),
)
works('this inside of a function', function () {
  return typeof this
})
works(
  'default parameters',
  make(
    (d) =>
      (x = d, y = x + ten) => [x, y],
    3,
  ),
)
works(
  'destructured parameters',
  make(
    (q) =>
      ({ a, ...rest }, [b, c = q]) => [a, rest, b, c],
    9,
  ),
  [{ a: 1, z: 2 }, [5]],
)
works(
  'comments and brackets in the parameters',
  function /* ( */ (a /* , b */, b = ')') /* {} */ {
    return a + b + ten
  },
  [1],
)
works(
  'templates, tags and regular expressions',
  make(
    (tag) => (x) => tag`a${x}b` + /[)}\]'"`]/.source,
    (s, ...v) => s.raw.join('|') + v,
  ),
  [1],
)
works(
  'labels',
  make(
    (k) => () => {
      const seen = []
      outer: for (let i = 0; i < k; i++)
        for (;;) {
          if (i === 1) continue outer
          seen.push(i)
          continue outer
        }
      return seen
    },
    3,
  ),
)
works('new Function', new Function('a', 'return a + 1'), [1])
works(
  'a composed function',
  make(
    (f, g) => (x) => f(g(x)),
    (x) => x + ten,
    (x) => x * 2,
  ),
  [3],
)
works('a native function', Math.max, [1, 5])
works(
  'native functions as values',
  make((max, push) => () => [max(1, 2), push.call([1], 2)], Math.max, Array.prototype.push),
)
works(
  'a bound function',
  function (a, b) {
    return [this.q, a, b, ten]
  }.bind({ q: 1 }, 2),
  [3],
)
works(
  'a function bound twice',
  function (...a) {
    return [this.q, ...a]
  }
    .bind({ q: 1 }, 2n)
    .bind(null, -0),
  [3],
)
works('a bound native function', Array.prototype.join.bind([1, 2, 3], '-'))
works(
  'a function with properties',
  make(() => {
    function f() {
      return f.tag
    }
    f.tag = 'T'
    return f
  }),
)
works('dynamic import', async () => (await import('node:path')).basename('/a/b'))
works('dynamic import of a package', async () => (await import('acorn')).parse('1', { ecmaVersion: 2022 }).type)

// Variables
works(
  'loop variables',
  make(() => {
    const fs = []
    for (let i = 0; i < 3; i++) fs.push(() => i)
    return () => fs.map((f) => f())
  }),
)
works(
  'a caught error',
  make(() => {
    try {
      throw new TypeError('x')
    } catch (e) {
      return () => [e.message, e.name, e instanceof TypeError]
    }
  }),
)
works('an object of the module', () => record.nested.list[1] + record.a)
works(
  'a shadowed global',
  make((Math) => () => Math.max(1), { max: (x) => `mine ${x}` }),
)
works('an undefined global behind typeof', () => typeof somethingUndefined)
works(
  'a variable that the function changes',
  make(() => {
    let n = 5
    return () => [++n, ++n]
  }),
)
works(
  'an object that several functions change',
  make(() => {
    const s = { n: 0 }
    const inc = () => ++s.n
    return () => {
      inc()
      inc()
      return s.n
    }
  }),
)
works(
  'a variable that several functions change',
  make(() => {
    let n = 0
    const inc = () => ++n
    const get = () => n
    return () => {
      inc()
      inc()
      return [get(), n]
    }
  }),
)
works(
  'a shared variable in patterns, calls and short properties',
  make(() => {
    let f = () => 1
    let n = 2
    const set = () => {
      f = () => 5
      ;({ n } = { n: 9 })
    }
    const get = () => ({ n, v: f(), t: f`x` })
    return () => {
      const before = get()
      set()
      return [before, get(), n]
    }
  }),
)
works(
  'a shared variable in array patterns and loops',
  make(() => {
    let a = 1
    let b = 2
    const swap = () => {
      ;[a, b] = [b, a]
    }
    const get = () => [a, b]
    return () => {
      swap()
      for (a of [7, 8]);
      return get()
    }
  }),
)
const counter = () => {
  let n = 0
  return { inc: () => ++n, get: () => n }
}
const bareCounter = () => {
  let n = 0
  return () => ++n
}
works(
  'two counters of one maker',
  make((a, b) => () => [a(), a(), b()], bareCounter(), bareCounter()),
)
works(
  'two counter objects of one maker',
  make((a, b) => () => [a.inc(), a.inc(), b.inc(), a.get(), b.get()], counter(), counter()),
)
works(
  'functions of a loop that share a variable',
  make(() => {
    let n = 0
    const fs = [1, 2, 3].map(() => () => ++n)
    return () => fs.map((f) => f())
  }),
)
works(
  'functions of a loop with a variable each',
  make(() => {
    const fs = []
    for (const l of ['a', 'b']) {
      let n = 0
      fs.push(() => l + ++n)
    }
    return () => fs.map((f) => f() + f())
  }),
)
refused(
  'counters that cannot be told apart',
  make(() => {
    const a = counter()
    const b = counter()
    const [ai, ag, bi, bg] = [a.inc, a.get, b.inc, b.get]
    return () => [ai(), ag(), bi(), bg()]
  }),
  'FS_CLOSURE_AMBIGUOUS',
)

// Values
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

// Classes
class Point {
  #secret = 1
  offset = ten
  static count = 5
  constructor(x) {
    this.x = x
  }
  sum() {
    return this.x + this.offset + ten + Point.count
  }
  get secret() {
    return this.#secret
  }
  set secret(v) {
    this.#secret = v
  }
  static at(x) {
    return new Point(x)
  }
}
class Pixel extends Point {
  constructor(x) {
    super(x)
    this.q = 1
  }
  sum() {
    return super.sum() + this.q
  }
}
works('a class', () => {
  const p = new Point(1)
  return [p.sum(), p.secret, Point.count, Point.at(2).sum()]
})
works('a subclass', () => [new Pixel(1).sum(), new Pixel(1) instanceof Point])
works(
  'instances',
  make((p, q) => () => [p.sum(), q.sum(), q instanceof Point, p.constructor === Point], new Point(4), new Pixel(5)),
)
works(
  'private fields',
  make(
    (p) => () => [p.secret, new Point(1).secret],
    make(() => {
      const p = new Pixel(4)
      p.secret = 77
      return p
    }),
  ),
)
class Base {
  #a = 1
  #b
  static #made = 3
  static next() {
    return ++Base.#made
  }
  #double() {
    return this.#a * 2
  }
  constructor({ b } = { b: 5 }, ...rest) {
    this.#b = b
    this.rest = rest
  }
  get all() {
    return [this.#double(), this.#b, this.rest]
  }
  with(a) {
    this.#a = a
    return this
  }
}
class Derived extends Base {
  #c = 'c'
  open = [1]
  constructor(x) {
    const k = x + 1
    super({ b: k }, 1, 2)
    this.#c += x
  }
  get c() {
    return this.#c
  }
}
Base.next()
works(
  'private fields, methods and statics of a base class',
  make((p) => () => [p.all, new Base({ b: 2 }).all, Base.next(), Base.length], new Base({ b: 9 }, 4).with(21)),
)
works(
  'private fields of a derived class',
  make((p) => () => [p.all, p.c, p.open, Object.keys(p), new Derived(5).c, p instanceof Base], new Derived(3)),
)
works(
  'private fields of a Map',
  make(
    (m) => () => [m.hits, m.get('x'), m instanceof Map],
    new (class extends Map {
      #hits = 4
      get hits() {
        return this.#hits
      }
    })([['x', 1]]),
  ),
)
works(
  'instances that hold each other in private fields',
  make(() => {
    class Node {
      #next
      link(n) {
        this.#next = n
        return this
      }
      get next() {
        return this.#next
      }
    }
    const a = new Node()
    const b = new Node()
    a.link(b)
    b.link(a)
    return () => [a.next === b, a.next.next === a]
  }),
)
works(
  'a static that changed',
  make(() => {
    class S {
      static n = 1
      static inc() {
        S.n++
      }
    }
    S.inc()
    S.inc()
    return () => S.n
  }),
)
works(
  'a static block that must not run again',
  make(() => {
    const log = []
    class S {
      static {
        log.push(1)
      }
    }
    return () => [log.length, typeof S]
  }),
)
works(
  'private statics',
  make(() => {
    class S {
      static #p = 1
      static get p() {
        return S.#p
      }
      static set p(v) {
        S.#p = v
      }
    }
    S.p = 5
    return () => S.p
  }),
)
works(
  'a class that extends Error',
  make(() => {
    class E extends Error {
      constructor(m) {
        super(m)
        this.code = 7
      }
    }
    const thrown = new E('y')
    return () => {
      const e = new E('z')
      return [e.message, e.code, e instanceof Error, thrown instanceof E, thrown.message]
    }
  }),
)
works(
  'a constructor function',
  make(() => {
    function F(x) {
      this.x = x
    }
    F.prototype.get = function () {
      return this.x + ten
    }
    const f = new F(2)
    return () => [new F(1).get(), f.get(), f instanceof F]
  }),
)
works(
  'inheritance without classes',
  make(() => {
    function A() {
      this.x = 1
    }
    A.prototype.m = function () {
      return this.x
    }
    function B() {
      A.call(this)
    }
    B.prototype = Object.create(A.prototype)
    B.prototype.n = function () {
      return this.m() + 1
    }
    return () => new B().n()
  }),
)
works(
  'async methods with super',
  make(() => {
    class A {
      async m() {
        return 1
      }
    }
    class B extends A {
      async m() {
        return 1 + (await super.m())
      }
    }
    return () => new B().m()
  }),
)
works(
  'an anonymous class',
  make(() => {
    const X = class {
      m() {
        return X.name
      }
    }
    return () => new X().m()
  }),
)
works(
  'arrow functions that are fields of an instance',
  make(
    (job) => (x) => [job.step(x), job.step.call(null, x), new job.constructor().step(x)],
    make(() => {
      class Job {
        factor = 2
        step = (x) => x * this.factor
      }
      const job = new Job()
      job.factor = 5
      return job
    }),
  ),
  [3],
)
const key = 'dynamic'
const symbol = Symbol('key')
works(
  'computed names in a class',
  make(() => {
    class X {
      [key]() {
        return 1
      }
      static [`${key}s`]() {
        return 2
      }
      *[Symbol.iterator]() {
        yield 3
      }
      [symbol]() {
        return 4
      }
    }
    return () => [new X().dynamic(), X.dynamics(), [...new X()], new X()[symbol]()]
  }),
)
works(
  'a class that was patched',
  make(() => {
    class X {
      a() {
        return 1
      }
    }
    X.prototype.b = function () {
      return this.a() + 1
    }
    X.prototype.a = function () {
      return 10
    }
    return () => new X().b()
  }),
)
works(
  'a class whose base comes later',
  make(() => {
    class A {
      make() {
        return new B()
      }
    }
    class B extends A {
      n = 2
    }
    return () => new A().make().n
  }),
)

// Modules
works('a namespace of Node', () => [typeof os.cpus, os.EOL])
works('a default and a named import of Node', () => [path.basename('/a/b'), join('a', 'b')])
works('named imports of a package', () => [
  parse('1+1', { ecmaVersion: 2020 }).body.length,
  parse('a', { ecmaVersion: 2020 }).type,
  tokTypes.num.label,
])
works('the namespace of a package', () => acorn.parse('1+1', { ecmaVersion: 2020 }).body.length)
works('functions of an own module', (x) => [scale(x), scale(x), callCount()], [2])
works('the namespace of an own module', (x) => [library.scale(x), library.factor, library.fileName('/a/b')], [2])
works('an own module that uses a package', () => tokenCount('a + b'))
works('a class of an own module', () => new Box(2).doubled())
works(
  'an instance of a class of an own module',
  make((b) => () => b.doubled(), new Box(3)),
)
works(
  'package functions in an object',
  make((t) => () => t.parse('a', { ecmaVersion: 2022 }).type, { parse }),
)

// Refusals
class Job extends Object {
  factor = 2
  #k = 3
  over() {
    return (x) => x * this.factor
  }
  withPrivate(o) {
    return (x) => x * o.#k
  }
  detached() {
    return super.toString()
  }
}
refused('this of another function', new Job().over(), 'FS_CLOSURE_OUTER_THIS')
refused(
  'arguments of another function',
  (function () {
    return () => arguments[0]
  })(7),
  'FS_CLOSURE_OUTER_THIS',
)
refused(
  'new.target of another function',
  (function () {
    return () => new.target
  })(),
  'FS_CLOSURE_OUTER_THIS',
)
refused('a private name of another class', new Job().withPrivate(new Job()), 'FS_CLOSURE_PRIVATE_NAME')
refused('a method with super', Job.prototype.detached, 'FS_CLOSURE_SUPER')
refused(
  'direct eval',
  make((q) => () => eval('q'), 1),
  'FS_CLOSURE_EVAL',
)
refused(
  'a Proxy',
  make((p) => () => p.a, new Proxy({ a: 1 }, {})),
  'FS_CLOSURE_VALUE',
  'p',
)
refused(
  'a Promise',
  make((p) => () => p, Promise.resolve(1)),
  'FS_CLOSURE_VALUE',
  'p',
)
refused(
  'a WeakMap',
  make((p) => () => p, new WeakMap()),
  'FS_CLOSURE_VALUE',
  'p',
)
refused(
  'a WeakRef in an array',
  make((list) => () => list, [1, new WeakRef({})]),
  'FS_CLOSURE_VALUE',
  'list -> [1]',
)
refused(
  'a generator that runs',
  make(
    (g) => () => g,
    (function* () {
      yield 1
    })(),
  ),
  'FS_CLOSURE_VALUE',
  'g',
)
refused(
  'shared memory',
  make((m) => () => m, { view: new Uint8Array(new SharedArrayBuffer(4)) }),
  'FS_CLOSURE_VALUE',
  'm -> view',
)
refused(
  'a timer',
  make(
    (t) => () => t,
    make(() => {
      const t = setTimeout(() => {}, 0)
      clearTimeout(t)
      return t
    }),
  ),
  'FS_CLOSURE_VALUE',
  't',
)
refused(
  'an AbortSignal deep inside',
  make((conf) => () => conf, { retry: { signal: new AbortController().signal } }),
  'FS_CLOSURE_VALUE',
  'conf -> retry -> signal',
)
refused(
  'a helper with a this of its own',
  make((helper) => () => helper(), new Job().over()),
  'FS_CLOSURE_OUTER_THIS',
  'helper',
)
refused(
  'a value in a Map',
  make((m) => () => m, new Map([['conn', Promise.resolve()]])),
  'FS_CLOSURE_VALUE',
  'm -> get("conn")',
)
