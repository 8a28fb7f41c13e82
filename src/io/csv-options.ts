import { FiresteelError } from '../common/errors/index.js'
import type { CsvDialect } from './csv-parser.js'
import { type MalformedMode, malformedMode } from './malformed.js'

/** How CSV is read; names as in Spark's CSV source. */
export interface CsvReaderOptions {
  /** The first line of each file names the columns, and records are objects; otherwise they are arrays. Default: false. */
  readonly header?: boolean
  /** Names of the columns, for a file without a header or instead of its names; records are then objects. */
  readonly columns?: readonly string[]
  /** Between fields; one or more characters. Default: a comma. */
  readonly delimiter?: string
  /** Around fields that hold a delimiter, a quote or (with `multiLine`) a line break. Default: `"`. */
  readonly quote?: string
  /** Before a quote within quotes. Default: the quote, so that it is doubled (RFC 4180); Spark's default is a backslash. */
  readonly escape?: string
  /** Lines that begin with this character are skipped. Default: none. */
  readonly comment?: string
  /** Fields of this text are `null`. Default: none. */
  readonly nullValue?: string
  /** Fields in quotes may hold line breaks; a file is then one split. Default: false. */
  readonly multiLine?: boolean
  /**
   * What becomes of records with an open quote or, where columns are named, another number of fields. Default: permissive,
   * which keeps what there is, fills up with `null`, and adds the text as `_corrupt_record` to an object.
   */
  readonly mode?: MalformedMode
}

/** Options with their defaults, checked. */
export interface CsvSettings {
  readonly header: boolean
  readonly columns: readonly string[] | undefined
  readonly dialect: CsvDialect
  readonly comment: string | undefined
  readonly nullValue: string | undefined
  readonly multiLine: boolean
  readonly mode: MalformedMode
}

/**
 * Fills in defaults.
 * @throws FS_IO_OPTION
 */
export function csvSettings(options: CsvReaderOptions): CsvSettings {
  const quote = oneCharacter('quote', options.quote ?? '"')
  const delimiter = options.delimiter ?? ','
  if (delimiter === '' || delimiter.includes(quote) || /[\r\n]/.test(delimiter)) {
    const reason = 'it must not be empty, nor have a quote or a line break in it'
    throw new FiresteelError('FS_IO_OPTION', { option: 'delimiter', value: JSON.stringify(delimiter), reason })
  }
  return {
    header: options.header ?? false,
    columns: options.columns,
    dialect: { delimiter, quote, escape: oneCharacter('escape', options.escape ?? quote) },
    comment: options.comment === undefined ? undefined : oneCharacter('comment', options.comment),
    nullValue: options.nullValue,
    multiLine: options.multiLine ?? false,
    mode: malformedMode(options.mode),
  }
}

/** The columns' names as a header line gives them: an empty one by its place, one that comes again with its place, as in Spark. */
export function columnNames(fields: readonly (string | null)[]): string[] {
  const counts = new Map<string, number>()
  for (const field of fields) counts.set(field ?? '', (counts.get(field ?? '') ?? 0) + 1)
  return fields.map((field, index) => {
    if (field === null || field === '') return `_c${index}`
    return (counts.get(field) ?? 0) > 1 ? `${field}${index}` : field
  })
}

function oneCharacter(option: string, value: string): string {
  if (value.length === 1 && value !== '\n' && value !== '\r') return value
  const reason = 'it must be one character, and no line break'
  throw new FiresteelError('FS_IO_OPTION', { option, value: JSON.stringify(value), reason })
}
