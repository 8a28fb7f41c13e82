/** A position in a file; both count from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The fields of a source map that matter here. */
export interface SourceMapJson {
  readonly mappings: string
  readonly sources: readonly (string | null)[]
  readonly sourceRoot?: string
}

/** One segment of a line: where it starts, and what it comes from. */
interface Segment {
  readonly column: number
  readonly source: number
  readonly line: number
  readonly sourceColumn: number
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const digitOf = new Uint8Array(128)
for (let i = 0; i < digits.length; i++) digitOf[digits.charCodeAt(i)] = i

/** A source map that finds the original of a generated position. Lines are decoded when all before them are. */
export class SourceMap {
  readonly #sources: readonly string[]
  readonly #lines: Segment[][]

  /** `base` is the URL of the map, against which its sources are resolved. */
  constructor(json: SourceMapJson, base: string) {
    const root = json.sourceRoot ? `${json.sourceRoot.replace(/\/$/, '')}/` : ''
    this.#sources = json.sources.map((source) => resolve(root + (source ?? ''), base))
    this.#lines = decode(json.mappings)
  }

  /** The original of a position (from 1), or undefined when there is none. */
  find(line: number, column: number): Position | undefined {
    const segments = this.#lines[line - 1]
    if (!segments) return undefined
    let low = 0
    let high = segments.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((segments[middle] as Segment).column <= column - 1) low = middle + 1
      else high = middle
    }
    for (let i = low - 1; i >= 0; i--) {
      const found = segments[i] as Segment
      const file = this.#sources[found.source]
      if (file !== undefined) return { file, line: found.line + 1, column: found.sourceColumn + 1 }
    }
    return undefined
  }
}

function resolve(source: string, base: string): string {
  try {
    return new URL(source, base).href
  } catch {
    return source
  }
}

function decode(mappings: string): Segment[][] {
  let source = 0
  let line = 0
  let sourceColumn = 0
  return mappings.split(';').map((text) => {
    let column = 0
    const segments: Segment[] = []
    for (const part of text === '' ? [] : text.split(',')) {
      const fields = vlq(part)
      column += fields[0] ?? 0
      if (fields.length < 4) {
        segments.push({ column, source: -1, line: 0, sourceColumn: 0 })
        continue
      }
      source += fields[1] as number
      line += fields[2] as number
      sourceColumn += fields[3] as number
      segments.push({ column, source, line, sourceColumn })
    }
    return segments.sort((a, b) => a.column - b.column)
  })
}

function vlq(text: string): number[] {
  const values: number[] = []
  let value = 0
  let shift = 0
  for (let i = 0; i < text.length; i++) {
    const digit = digitOf[text.charCodeAt(i)] as number
    value += (digit & 31) << shift
    shift += 5
    if (digit & 32) continue
    values.push(value & 1 ? -(value >>> 1) : value >>> 1)
    value = 0
    shift = 0
  }
  return values
}
