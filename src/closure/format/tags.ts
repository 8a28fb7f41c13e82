/*
 * The bytes of a captured graph: a header (JSON: modules, handles), the contents of array buffers, the stream of values,
 * and the code. In the stream a value is a tag and its data. An object's first mention carries its kind and what is needed
 * to make an empty one; its body follows later, in the order of first mention. So neither side recurses, cycles cost
 * nothing, and the same graph always gives the same bytes.
 */

/** Changes whenever the bytes do. */
export const formatVersion = 1

/** Values that are no objects, and mentions of objects that were there before. */
export const Tag = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  integer: 4,
  double: 5,
  bigint: 6,
  string: 7,
  hole: 8,
  seen: 9,
} as const

/** First mentions of objects: what follows makes an empty one. */
export const Kind = {
  object: 16,
  nullObject: 17,
  array: 18,
  map: 19,
  set: 20,
  date: 21,
  regexp: 22,
  error: 23,
  boxed: 24,
  view: 25,
  arrayBuffer: 26,
  integers: 27,
  doubles: 28,
  symbol: 29,
  registeredSymbol: 30,
  intrinsic: 31,
  module: 32,
  handle: 33,
  made: 34,
  prototype: 35,
  function: 36,
  bound: 37,
  require: 38,
  namespace: 39,
} as const

export type KindNumber = (typeof Kind)[keyof typeof Kind]

/** How the text around an object's body goes on: bits of one byte. */
export const Extra = { prototype: 1, properties: 2, privates: 4, fixed: 8, sealed: 16, frozen: 32 } as const

/** Bits of a property's flags. `plain` is all three. */
export const Flag = { enumerable: 1, writable: 2, configurable: 4, accessor: 8, plain: 7 } as const

/** What is made of a node of code; `withThis` has the value of `this` as its last one. */
export const CodeKind = { plain: 0, bound: 1, withThis: 2 } as const

/** How a variable of a function is set up. */
export const Binding = { ready: 0, late: 1, cell: 2 } as const

/** The constructors of typed arrays, by number. */
export const viewNames = [
  'Buffer',
  'Uint8Array',
  'Int8Array',
  'Uint8ClampedArray',
  'Uint16Array',
  'Int16Array',
  'Uint32Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
  'BigUint64Array',
  'BigInt64Array',
  'DataView',
  'Float16Array',
] as const
