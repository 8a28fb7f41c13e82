import type { BatchReader } from './batch-reader.js'
import { type CsvReaderOptions, type CsvSettings, columnNames, csvSettings } from './csv-options.js'
import { isOpenAfter, parseCsvRecord } from './csv-parser.js'
import { type MakeRecord, recordMaker } from './csv-record.js'
import type { FileSplit } from './file-split.js'
import type { LineReader, RecordPlace } from './line-reader.js'
import { corruptRecordField, malformed } from './malformed.js'
import { openLineReader } from './text-reader.js'

/** A record: an object where columns are named, an array otherwise. */
export type CsvRecord = Record<string, string | null> | (string | null)[]

/** More than this in one record means that a quote was opened by mistake. */
const maxRecordCharacters = 134_217_728

/**
 * Reads the CSV records that start in `split`, as a stream. Quotes have their meaning at the start of a field only, as in
 * Python's csv module; blank lines are skipped. With `multiLine` the split must be a whole file, and lines end with LF or CR LF.
 * @throws FS_IO_MALFORMED in mode failFast, with file, byte, column and (from the file's start) line; FS_IO_OPTION
 */
export function openCsvReader(split: FileSplit, options: CsvReaderOptions = {}): BatchReader<CsvRecord> {
  return new CsvReader(split, csvSettings(options))
}

/** A record whose quote is still open. */
interface OpenRecord {
  readonly lines: string[]
  readonly place: RecordPlace
  length: number
}

class CsvReader implements BatchReader<CsvRecord> {
  readonly #split: FileSplit
  readonly #settings: CsvSettings
  readonly #lines: LineReader
  #columns: readonly string[] | undefined
  #makeRecord: MakeRecord | undefined
  #headerIsAhead: boolean
  #open: OpenRecord | undefined
  #recordsRead = 0

  constructor(split: FileSplit, settings: CsvSettings) {
    this.#split = split
    this.#settings = settings
    this.#columns = settings.columns
    this.#headerIsAhead = settings.header && split.start === 0
    if (settings.header && split.start > 0) this.#columns ??= headerOf(split, settings)
    this.#lines = openLineReader(split, { onlyLineFeed: settings.multiLine })
  }

  next(): CsvRecord[] | undefined {
    for (let lines = this.#lines.next(); lines !== undefined; lines = this.#lines.next()) {
      const records: CsvRecord[] = []
      for (let index = 0; index < lines.length; index++) this.#addLine(records, lines[index] as string, index)
      if (records.length > 0) return this.#counted(records)
    }
    const open = this.#open
    if (open === undefined) return undefined
    this.#open = undefined
    const records: CsvRecord[] = []
    this.#addQuoted(records, withoutCarriageReturn(open.lines.join('\n')), open.place)
    return records.length > 0 ? this.#counted(records) : undefined
  }

  close(): void {
    this.#open = undefined
    this.#lines.close()
  }

  get bytesRead(): number {
    return this.#lines.bytesRead
  }

  get recordsRead(): number {
    return this.#recordsRead
  }

  #counted(records: CsvRecord[]): CsvRecord[] {
    this.#recordsRead += records.length
    return records
  }

  #addLine(records: CsvRecord[], line: string, index: number): void {
    const { dialect, multiLine, comment } = this.#settings
    if (this.#open !== undefined) {
      this.#continue(records, this.#open, line)
      return
    }
    const text = multiLine ? withoutCarriageReturn(line) : line
    if (text === '' || (comment !== undefined && text.startsWith(comment))) return
    if (!text.includes(dialect.quote)) {
      this.#addRecord(records, text.split(dialect.delimiter), { text, index })
    } else if (multiLine && !parseCsvRecord(text, dialect).isClosed) {
      this.#open = { lines: [line], place: this.#lines.placeOf(index), length: line.length }
    } else this.#addQuoted(records, text, index)
  }

  #continue(records: CsvRecord[], open: OpenRecord, line: string): void {
    const { dialect } = this.#settings
    open.lines.push(line)
    open.length += line.length + 1
    if (open.length > maxRecordCharacters) {
      const { quoteAt } = parseCsvRecord(open.lines[0] as string, dialect)
      const reason = `a quote is not closed within ${maxRecordCharacters} characters`
      throw malformed(this.#split.path, open.place, { reason, column: quoteAt + 1 })
    }
    if (line.includes(dialect.quote) ? isOpenAfter(line, dialect) : true) return
    this.#open = undefined
    this.#addQuoted(records, withoutCarriageReturn(open.lines.join('\n')), open.place)
  }

  #addQuoted(records: CsvRecord[], text: string, where: number | RecordPlace): void {
    const { fields, isClosed, quoteAt } = parseCsvRecord(text, this.#settings.dialect)
    if (isClosed) this.#addRecord(records, fields, { text, index: where })
    else
      this.#addMalformed(records, fields, { text, index: where, reason: 'a quote is not closed', column: quoteAt + 1 })
  }

  #addRecord(
    records: CsvRecord[],
    fields: (string | null)[],
    from: { text: string; index: number | RecordPlace },
  ): void {
    this.#replaceNulls(fields)
    if (this.#headerIsAhead) {
      this.#headerIsAhead = false
      this.#columns ??= columnNames(fields)
      return
    }
    const columns = this.#columns
    if (columns === undefined) records.push(fields)
    else if (columns.length === fields.length) records.push(this.#objectOf(columns, fields))
    else {
      const reason = `it has ${fields.length} fields, and there are ${columns.length} columns`
      this.#addMalformed(records, fields, { ...from, reason })
    }
  }

  #addMalformed(
    records: CsvRecord[],
    fields: (string | null)[],
    what: { text: string; index: number | RecordPlace; reason: string; column?: number },
  ): void {
    const { mode } = this.#settings
    if (mode === 'dropMalformed' && !this.#headerIsAhead) return
    if (mode === 'failFast') {
      const place = typeof what.index === 'number' ? this.#lines.placeOf(what.index) : what.index
      throw malformed(this.#split.path, place, what)
    }
    if (this.#headerIsAhead) {
      this.#headerIsAhead = false
      this.#columns ??= columnNames(fields)
      return
    }
    if (this.#columns === undefined) {
      records.push(fields)
      return
    }
    const filled = this.#columns.map((_, i) => fields[i] ?? null)
    const record = this.#objectOf(this.#columns, filled)
    record[corruptRecordField] = what.text
    records.push(record)
  }

  #objectOf(columns: readonly string[], fields: (string | null)[]): Record<string, string | null> {
    this.#makeRecord ??= recordMaker(columns)
    return this.#makeRecord(fields)
  }

  #replaceNulls(fields: (string | null)[]): void {
    const { nullValue } = this.#settings
    if (nullValue === undefined) return
    for (let i = 0; i < fields.length; i++) if (fields[i] === nullValue) fields[i] = null
  }
}

/** The columns' names from the first line of a file of which `split` is a later part. */
function headerOf(split: FileSplit, settings: CsvSettings): string[] | undefined {
  const reader = new CsvReader(
    { ...split, start: 0, length: split.fileSize },
    { ...settings, header: false, columns: undefined },
  )
  const [fields] = reader.next() ?? []
  reader.close()
  return fields === undefined ? undefined : columnNames(fields as (string | null)[])
}

function withoutCarriageReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text
}
