import { fileURLToPath } from 'node:url'
import { mapOf, type Sources } from './find-map.js'
import { isOwnFile, isRuntimeFile } from './own-frames.js'
import type { Position } from './source-map.js'

export interface MapStackOptions {
  /** Gives the text of a script that is not a file of this machine. */
  readonly sources?: Sources
}

/** `at name (file:line:column)` or `at file:line:column` */
const frame =
  /^(\s*at (?:(.*?) \()?(?:async )?)((?:file:\/\/|\/|[A-Za-z]:\\|[\w.-]+:)[^()]*?|[^()\s]+):(\d+):(\d+)(\)?)$/

/**
 * Maps a stack through the source maps of the scripts that it names, to the user's lines. Frames inside of Firesteel and Node
 * are dropped unless no other is left. Never throws: what cannot be mapped stays.
 */
export function mapStack(stack: string, options: MapStackOptions = {}): string {
  try {
    const lines = stack.split('\n')
    const isFrame = (line: string): boolean => /^\s*at /.test(line)
    const users = lines.filter((line) => !isFrame(line) || isUsers(line))
    const kept = users.some(isFrame) ? users : lines
    return kept.map((line) => (isFrame(line) ? mapLine(line, options.sources) : line)).join('\n')
  } catch {
    return stack
  }
}

function isUsers(line: string): boolean {
  const file = frame.exec(line)?.[3]
  return file !== undefined && !isOwnFile(file) && !isRuntimeFile(file)
}

function mapLine(line: string, sources: Sources | undefined): string {
  const match = frame.exec(line)
  if (!match) return line
  const [, head, , file, row, column, tail] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const found = mapPosition({ file, line: Number(row), column: Number(column) }, sources)
  return `${head}${found.file}:${found.line}:${found.column}${tail}`
}

/** Maps one position; the file comes back as a path where it is one. */
export function mapPosition(at: Position, sources?: Sources): Position {
  const found = Number.isNaN(at.line) ? undefined : mapOf(at.file, sources)?.find(at.line, at.column)
  return found ? { ...found, file: asPath(found.file) } : { ...at, file: asPath(at.file) }
}

function asPath(file: string): string {
  if (!file.startsWith('file:')) return file
  try {
    return fileURLToPath(file)
  } catch {
    return file
  }
}
