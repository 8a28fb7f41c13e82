/** The characters that give CSV its structure. */
export interface CsvDialect {
  readonly delimiter: string
  readonly quote: string
  /** Stands before a quote, or itself, within quotes. Equal to `quote`: a quote is doubled. */
  readonly escape: string
}

/** Where the last field's quote was opened, counted from 0. */
export interface CsvParse {
  readonly fields: string[]
  readonly isClosed: boolean
  readonly quoteAt: number
}

/**
 * Parses one record, which has a quote in it. As in Python's csv module, a quote counts only at the start of a field; after
 * the closing one, what comes before the next delimiter is added as it is.
 */
export function parseCsvRecord(text: string, dialect: CsvDialect): CsvParse {
  const { delimiter, quote } = dialect
  const fields: string[] = []
  let at = 0
  for (;;) {
    let field = ''
    if (text.startsWith(quote, at)) {
      const quoteAt = at
      const end = endOfQuoted(text, at + 1, dialect)
      if (end === -1) {
        fields.push(unescaped(text.slice(at + 1), dialect))
        return { fields, isClosed: false, quoteAt }
      }
      field = unescaped(text.slice(at + 1, end), dialect)
      at = end + 1
    }
    const next = text.indexOf(delimiter, at)
    if (next === -1) {
      fields.push(field + text.slice(at))
      return { fields, isClosed: true, quoteAt: -1 }
    }
    fields.push(field + text.slice(at, next))
    at = next + delimiter.length
  }
}

/** Whether a quote is still open at the end of a line that began within quotes. */
export function isOpenAfter(line: string, dialect: CsvDialect): boolean {
  const end = endOfQuoted(line, 0, dialect)
  if (end === -1) return true
  const next = line.indexOf(dialect.delimiter, end + 1)
  return next !== -1 && !parseCsvRecord(line.slice(next + dialect.delimiter.length), dialect).isClosed
}

/** The index of the quote that ends a field whose content starts at `start`; -1 if there is none. */
function endOfQuoted(text: string, start: number, { quote, escape: escapeCharacter }: CsvDialect): number {
  if (escapeCharacter === quote) {
    let at = text.indexOf(quote, start)
    while (at !== -1 && text[at + 1] === quote) at = text.indexOf(quote, at + 2)
    return at
  }
  for (let at = start; at < text.length; at++) {
    if (text[at] === escapeCharacter) at++
    else if (text[at] === quote) return at
  }
  return -1
}

function unescaped(content: string, { quote, escape: escapeCharacter }: CsvDialect): string {
  if (!content.includes(escapeCharacter)) return content
  if (escapeCharacter === quote) return content.replaceAll(quote + quote, quote)
  let result = ''
  for (let at = 0; at < content.length; at++) {
    const c = content[at] as string
    const next = content[at + 1]
    if (c === escapeCharacter && (next === quote || next === escapeCharacter)) {
      result += next
      at++
    } else result += c
  }
  return result
}
