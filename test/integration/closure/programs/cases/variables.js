// biome-ignore-all lint: this file is a collection of odd code
import { make, refused, works } from './kit.js'

const record = { a: 1, nested: { list: [1, 2] } }

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
works(
  'counters whose state is an object, their functions taken singly',
  make(() => {
    const counterOfState = () => {
      const state = { n: 0 }
      return { next: () => ++state.n, now: () => state.n }
    }
    const { next } = counterOfState()
    const { now } = counterOfState()
    return () => [next(), next(), now()]
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
