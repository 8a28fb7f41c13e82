/** The first byte of a column: how its values are stored. The numbers are part of the format. */
export const columnTag = {
  null: 0,
  undefined: 1,
  boolean: 2,
  /** Integers that fit in 32 bits. */
  int32: 3,
  /** Safe integers whose range fits in 32 bits, such as times. */
  int53: 4,
  float64: 5,
  latin1: 6,
  utf8: 7,
  utf16: 8,
  /** Few distinct strings, and the number of one for each value. */
  dictionary: 9,
  bigint64: 10,
  date: 11,
  /** A bitmap of the values that are not null, and a column of these. */
  nullable: 12,
  /** The same for undefined. */
  optional: 13,
  /** Arrays of one length; a column for each place. */
  tuple: 14,
  /** Arrays of any length; a column of lengths and one of all items. */
  list: 15,
  /** Plain objects with the same keys in the same order; a column for each key. */
  struct: 16,
  /** Typed arrays of one kind. */
  typedArray: 17,
  /** Anything: one value after the other, each with its own tag. */
  rows: 18,
  /** Strings of which few need more than Latin-1; a column of these and one of the others. */
  mixedText: 19,
} as const
