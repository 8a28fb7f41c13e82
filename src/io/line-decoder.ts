import { isAscii } from 'node:buffer'

const lineFeed = 10
const carriageReturn = 13

/** Pieces of text that are not all ASCII are halved down to this many bytes, so that ASCII lines stay one-byte strings. */
const mixedPieceBytes = 512

/**
 * Decodes whole lines, ended by LF, CR LF or CR (as Hadoop's LineReader has it); the last one's terminator may be missing.
 * With `onlyLineFeed`, a CR is a character like others.
 *
 * ASCII, by far the most common, is decoded as Latin-1 in one go and split: the fastest way there is, and the lines are
 * strings of one byte per character. One character beyond Latin-1 would make a whole piece, and all lines cut from it, two
 * bytes per character and slower to work with; so such pieces are halved until what is ASCII stands apart.
 */
export function decodeLines(region: Buffer, options: { onlyLineFeed?: boolean } = {}): string[] {
  if (region.length === 0) return []
  const lines = isAscii(region) ? splitLatin1(region, 0, region.length) : decodeMixed(region)
  return options.onlyLineFeed || region.indexOf(carriageReturn) === -1 ? lines : splitAtCarriageReturns(lines)
}

function splitLatin1(region: Buffer, start: number, end: number): string[] {
  const lines = region.toString('latin1', start, end).split('\n')
  if (region[end - 1] === lineFeed) lines.pop()
  return lines
}

function decodeMixed(region: Buffer): string[] {
  const lines: string[] = []
  decodeRange(region, 0, region.length, lines)
  return lines
}

function decodeRange(region: Buffer, start: number, end: number, lines: string[]): void {
  if (isAscii(region.subarray(start, end))) {
    for (const line of splitLatin1(region, start, end)) lines.push(line)
    return
  }
  const middle = end - start <= mixedPieceBytes ? -1 : lineStartNear(region, start, end)
  if (middle !== -1) {
    decodeRange(region, start, middle, lines)
    decodeRange(region, middle, end, lines)
    return
  }
  for (let at = start; at < end; ) {
    const found = region.indexOf(lineFeed, at)
    const lineEnd = found === -1 || found >= end ? end : found
    lines.push(region.toString('utf8', at, lineEnd))
    at = lineEnd + 1
  }
}

/** The start of a line inside a range, near its middle; -1 if the range is one line. */
function lineStartNear(region: Buffer, start: number, end: number): number {
  const middle = (start + end) >>> 1
  const after = region.indexOf(lineFeed, middle)
  if (after !== -1 && after < end - 1) return after + 1
  const before = region.lastIndexOf(lineFeed, middle - 1)
  return before >= start ? before + 1 : -1
}

/** A CR at a line's end belongs to its terminator; any other one ends a line of its own. */
function splitAtCarriageReturns(lines: string[]): string[] {
  const result: string[] = []
  for (const line of lines) {
    const content = line.endsWith('\r') ? line.slice(0, -1) : line
    if (content.includes('\r')) result.push(...content.split('\r'))
    else result.push(content)
  }
  return result
}
