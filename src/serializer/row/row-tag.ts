/** The first byte of a value in a column of rows. The numbers are part of the format. */
export const rowTag = {
  null: 0,
  undefined: 1,
  false: 2,
  true: 3,
  /** An int32 as zigzag varint. */
  int: 4,
  double: 5,
  /** A short Latin-1 string; its characters stand with all others at the end of the column. */
  pooledText: 6,
  /** Any other string, in place. */
  text: 7,
  bigint: 8,
  date: 9,
  regexp: 10,
  array: 11,
  /** An array with holes, or with properties of its own: length and entries. */
  sparseArray: 12,
  /** An absent item of an array. */
  hole: 13,
  /** An object of a shape that is described here for the first time. */
  newShape: 14,
  /** An object of a shape described before. */
  shape: 15,
  map: 16,
  set: 17,
  binary: 18,
  error: 19,
  boxed: 20,
  /** An instance of a class that has a codec of its own. */
  encoded: 21,
  /** An object met before in this record. */
  reference: 22,
  /** From here on: the integers 0, 1, 2 ... */
  smallInt: 64,
} as const

/** The largest integer that is its own tag. */
export const MAX_SMALL_INT = 255 - rowTag.smallInt

/** What an object is restored with: the literal's prototype, none, or that of a class. */
export const shapeKind = { plain: 0, nullPrototype: 1, instance: 2 } as const

/** Deeper values are refused, before the stack overflows. */
export const MAX_DEPTH = 1000

/** The kinds of binary values, by their number in the format. */
export const binaryKinds = [
  'ArrayBuffer',
  'Buffer',
  'DataView',
  'Uint8Array',
  'Uint8ClampedArray',
  'Uint16Array',
  'Uint32Array',
  'Int8Array',
  'Int16Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const

/** The errors that come back as what they were; others come back as `Error` with their name. */
export const errorConstructors = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
} as const
