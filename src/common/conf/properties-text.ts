import { FiresteelError } from '../errors/index.js'

/** One setting of a properties file. */
export interface Property {
  readonly key: string
  readonly value: string
  /** Line on which it begins, from 1. */
  readonly line: number
}

interface LogicalLine {
  text: string
  line: number
}

const separators = /[=:\s]/

/**
 * Parses a properties file as Java does and Spark therefore reads it: `key value`, `key=value` or `key: value`; `#` and `!` begin a
 * comment; a backslash at the end of a line continues it; `\t \n \r \f \uXXXX` are escapes and any other escaped character is
 * itself. A value's outer spaces are dropped, as Spark does.
 *
 * @param path named in errors
 * @throws FS_CONF_FILE_LINE for a broken `\u` escape or a line without a key
 */
export function parseProperties(source: string, path: string): Property[] {
  return logicalLines(source).map(({ text, line }) => {
    const fail = (reason: string) => new FiresteelError('FS_CONF_FILE_LINE', { path, line, reason })
    const end = endOfKey(text)
    const key = decodeEscapes(text.slice(0, end), fail)
    if (key === '') throw fail('it has no name before its value')
    const rest = text.slice(end).replace(/^\s*[=:]?\s*/, '')
    return { key, value: decodeEscapes(rest, fail).trim(), line }
  })
}

/** Joins continued lines and drops blank ones and comments. */
function logicalLines(source: string): LogicalLine[] {
  const lines: LogicalLine[] = []
  let open: LogicalLine | undefined
  for (const [index, raw] of source
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const text = raw.trimStart()
    if (open === undefined && (text === '' || /^[#!]/.test(text))) continue
    const isContinued = /(?:^|[^\\])(?:\\\\)*\\$/.test(text)
    const part = isContinued ? text.slice(0, -1) : text
    if (open === undefined) open = { text: part, line: index + 1 }
    else open.text += part
    if (isContinued) continue
    lines.push(open)
    open = undefined
  }
  if (open !== undefined) lines.push(open)
  return lines
}

function endOfKey(text: string): number {
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (separators.test(text[at]!)) return at
  }
  return text.length
}

const escapes: Record<string, string> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function decodeEscapes(text: string, fail: (reason: string) => Error): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    if (escaped === 'u') throw fail('\\u must be followed by four hexadecimal digits')
    return escapes[escaped] ?? escaped
  })
}
