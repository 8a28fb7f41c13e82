import { FiresteelError } from '../common/errors/index.js'
import { BatchWriter } from './batch-writer.js'
import { ByteReader } from './byte-reader.js'
import { readTupleColumns, writeTuple } from './column/array-column.js'
import { columnTag } from './column/column-tag.js'
import { type ColumnValues, toArray } from './column/place.js'
import { readColumn, readTagged } from './column/read-column.js'
import { writePairRows, writeRows } from './column/row-column.js'
import { writeColumn } from './column/write-column.js'
import { UnsupportedValue } from './row/row-writer.js'
import { SharedBatchWriter } from './shared-batch-writer.js'
import { explainUnsupported } from './unsupported.js'

/** The first byte of every batch; changes with the format. */
const FORMAT = 0xb1
const root = { depth: 0, owners: undefined, inside: undefined } as const

/** Writers not in use. More than one exists only when a getter or a class's codec encodes while a batch is encoded. */
const idle: BatchWriter[] = []

/**
 * Turns records of any kind into bytes from which `decodeBatch` makes equal ones.
 *
 * Records of one kind are stored by columns, others one by one. Exact for all primitives (-0, NaN, lone surrogates),
 * plain objects with the order of their properties (also without a prototype, also `__proto__`), arrays with holes, the result of
 * String.match, Date, RegExp, Map, Set, typed arrays, Buffer, ArrayBuffer, DataView, the built-in errors, boxed primitives, URL, and registered
 * classes; cycles and objects that stand twice in one record. Not kept: properties named by symbols, other properties of arrays,
 * functions of prototypes, accessors (their value is), frozenness, and that two typed arrays share memory.
 *
 * @param count - how many of the records to take; default all
 * @throws FS_SERIALIZER_UNSUPPORTED for functions, symbols, promises, sockets and the like, FS_SERIALIZER_CLASS for instances of
 *   classes that are not registered, FS_SERIALIZER_TOO_DEEP; each names the place, e.g. `record[17].conn`.
 */
export function encodeBatch(records: readonly unknown[], count = records.length): Uint8Array {
  return write(sourceOf(records, count))
}

/**
 * The same bytes as `encodeBatch` makes of the arrays `[keys[i], values[i]]`, without making these arrays.
 * @param count - how many pairs to take; default all
 * @throws as `encodeBatch` does
 */
export function encodePairs(keys: readonly unknown[], values: readonly unknown[], count = keys.length): Uint8Array {
  return write({
    count,
    byColumns: (writer) => {
      if (count === 0) writeColumn(writer, keys, 0, root)
      else writeTuple(writer, [keys, values], count, { place: root, writeColumn })
      return !writer.sharing.found(undefined, count)
    },
    byRows: (writer) => writePairRows(writer, keys, values, count),
    explain: () =>
      explainUnsupported(keys, count, (index) => `record[${index}][0]`) ??
      explainUnsupported(values, count, (index) => `record[${index}][1]`),
  })
}

/**
 * The records of a batch. Strings of 13 characters or more may be views of one string for the whole batch, which stays in
 * memory as long as any of them: see `detachString`.
 * @throws FS_SERIALIZER_CORRUPT when the bytes are no batch, FS_SERIALIZER_CLASS_UNKNOWN
 */
export function decodeBatch(bytes: Uint8Array): unknown[] {
  const reader = new ByteReader(bytes)
  const count = readHeader(reader)
  const records = toArray(readColumn(reader, count))
  checkEnd(reader)
  return records
}

/**
 * The keys and values of a batch of arrays of two, however it was encoded, without making these arrays where it was by columns.
 * @throws as `decodeBatch` does, and FS_SERIALIZER_CORRUPT when the records are no arrays of two
 */
export function decodePairs(bytes: Uint8Array): { keys: unknown[]; values: unknown[] } {
  const reader = new ByteReader(bytes)
  const count = readHeader(reader)
  if (count === 0) return { keys: [], values: [] }
  const tag = reader.u8()
  if (tag !== columnTag.tuple) return splitPairs(reader, toArray(readTagged(reader, tag, count, 0)))
  const columns = readTupleColumns(reader, count, (inner) => readColumn(reader, inner, 1))
  checkEnd(reader)
  if (columns.length !== 2) throw reader.corrupt('its records are no pairs')
  return { keys: toArray(columns[0] as ColumnValues), values: toArray(columns[1] as ColumnValues) }
}

/** The bytes of one value: a batch of one. */
export function encodeValue(value: unknown): Uint8Array {
  return encodeBatch([value])
}

/** As `encodeValue`, into shared memory and without a second copy of it: for values that are large, and stay. Throws as `encodeBatch` does. */
export function encodeSharedValue(value: unknown): Uint8Array<SharedArrayBuffer> {
  const writer = new SharedBatchWriter()
  writeInto(writer, sourceOf([value], 1))
  return writer.taken()
}

/** The value of a batch of one. */
export function decodeValue(bytes: Uint8Array): unknown {
  const records = decodeBatch(bytes)
  if (records.length !== 1) throw new ByteReader(bytes).corrupt(`one value is expected, not ${records.length}`)
  return records[0]
}

/** How a batch is written. */
interface BatchSource {
  readonly count: number
  /** Returns whether that was possible. */
  readonly byColumns: (writer: BatchWriter) => boolean
  readonly byRows: (writer: BatchWriter) => void
  readonly explain: () => FiresteelError | undefined
}

function write(source: BatchSource): Uint8Array {
  const writer = idle.pop() ?? new BatchWriter()
  try {
    writeInto(writer, source)
    return writer.copyFrom(0)
  } finally {
    writer.reset()
    idle.push(writer)
  }
}

function writeInto(writer: BatchWriter, { count, byColumns, byRows, explain }: BatchSource): void {
  try {
    writeHeader(writer, count)
    if (byColumns(writer)) return
    writer.rewind()
    writeHeader(writer, count)
    byRows(writer)
  } catch (error) {
    throw error instanceof UnsupportedValue ? (explain() ?? changing()) : error
  }
}

function sourceOf(records: readonly unknown[], count: number): BatchSource {
  return {
    count,
    byColumns: (writer) => {
      writeColumn(writer, records, count, root)
      return !writer.sharing.found(records, count)
    },
    byRows: (writer) => writeRows(writer, records, count, root),
    explain: () => explainUnsupported(records, count, (index) => `record[${index}]`),
  }
}

/** For what was refused while it was written, and is not there when it is looked for. */
function changing(): FiresteelError {
  return new FiresteelError('FS_SERIALIZER_UNSUPPORTED', {
    path: 'record',
    type: 'value that changes while it is read',
  })
}

function writeHeader(writer: BatchWriter, count: number): void {
  writer.u8(FORMAT)
  writer.varint(count)
}

function readHeader(reader: ByteReader): number {
  const format = reader.u8()
  if (format !== FORMAT) throw reader.corrupt(`a batch starts with byte ${FORMAT}, not ${format}`)
  const count = reader.varint()
  if (count >= 2 ** 32) throw reader.corrupt(`${count} records are too many`)
  return count
}

function checkEnd(reader: ByteReader): void {
  if (reader.position !== reader.bytes.length) throw reader.corrupt('there are bytes after the last record')
}

function splitPairs(reader: ByteReader, records: unknown[]): { keys: unknown[]; values: unknown[] } {
  checkEnd(reader)
  const values: unknown[] = []
  const keys = records.map((record) => {
    if (!Array.isArray(record) || record.length !== 2) throw reader.corrupt('its records are no pairs')
    values.push(record[1])
    return record[0] as unknown
  })
  return { keys, values }
}
