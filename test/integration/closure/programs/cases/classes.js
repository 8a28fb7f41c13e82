// biome-ignore-all lint: this file is a collection of odd code
import { make, works } from './kit.js'

const ten = 10

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
