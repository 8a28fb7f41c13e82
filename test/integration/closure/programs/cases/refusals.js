// biome-ignore-all lint: this file is a collection of odd code
import { make, refused } from './kit.js'

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
