// biome-ignore-all lint: this file is a collection of odd code
import { make, works } from './kit.js'

const ten = 10

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
