import { FiresteelError } from '../common/errors/index.js'

/** One step of a path pattern: a name, a pattern for a name, or any number of directories. */
export type GlobSegment =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'pattern'; readonly regExp: RegExp; readonly matchesHidden: boolean }
  | { readonly kind: 'anyDepth' }

/** Splits a comma-separated list of paths; a comma within `{}` or after a backslash belongs to the path. */
export function splitPathList(paths: string): string[] {
  const list: string[] = []
  let depth = 0
  let current = ''
  for (let i = 0; i < paths.length; i++) {
    const c = paths[i] as string
    if (c === '\\' && paths[i + 1] === ',') {
      current += ','
      i++
    } else if (c === '\\' && i + 1 < paths.length) {
      current += c + paths[++i]
    } else if (c === ',' && depth === 0) {
      list.push(current)
      current = ''
    } else {
      if (c === '{') depth++
      else if (c === '}' && depth > 0) depth--
      current += c
    }
  }
  list.push(current)
  return list
}

/** Whether a path means more than itself. */
export function isGlob(path: string): boolean {
  return /[*?[{\\]/.test(path)
}

/**
 * Writes out the alternatives of `{a,b}`, nested ones too, in order.
 * @throws FS_IO_GLOB when a brace is not closed
 */
export function expandBraces(pattern: string): string[] {
  const open = indexOfOpenBrace(pattern)
  if (open === -1) return [pattern]
  const alternatives: string[] = []
  let depth = 0
  let start = open + 1
  for (let i = open; i < pattern.length; i++) {
    const c = pattern[i]
    if (c === '\\') i++
    else if (c === '{') depth++
    else if (c === ',' && depth === 1) {
      alternatives.push(pattern.slice(start, i))
      start = i + 1
    } else if (c === '}' && --depth === 0) {
      alternatives.push(pattern.slice(start, i))
      const before = pattern.slice(0, open)
      const after = expandBraces(pattern.slice(i + 1))
      return alternatives.flatMap(expandBraces).flatMap((middle) => after.map((rest) => before + middle + rest))
    }
  }
  throw new FiresteelError('FS_IO_GLOB', { pattern, reason: "a '{' has no '}'" })
}

/** Compiles one segment of a path, between two slashes and without braces. */
export function compileSegment(segment: string): GlobSegment {
  if (segment === '**') return { kind: 'anyDepth' }
  if (!/[*?[\\]/.test(segment)) return { kind: 'name', name: segment }
  let source = ''
  let hasMagic = false
  let name = ''
  for (let i = 0; i < segment.length; i++) {
    const c = segment[i] as string
    if (c === '\\' && i + 1 < segment.length) {
      name += segment[++i]
      source += escaped(segment[i] as string)
    } else if (c === '*') {
      hasMagic = true
      source += '.*'
    } else if (c === '?') {
      hasMagic = true
      source += '.'
    } else if (c === '[') {
      hasMagic = true
      const end = endOfClass(segment, i)
      source += classSource(segment.slice(i + 1, end))
      i = end
    } else {
      name += c
      source += escaped(c)
    }
  }
  if (!hasMagic) return { kind: 'name', name }
  return { kind: 'pattern', regExp: new RegExp(`^${source}$`, 'su'), matchesHidden: isHidden(segment) }
}

/** Names that begin with '_' or '.' are no data: markers, checksums, output in the making. */
export function isHidden(name: string): boolean {
  return name.startsWith('_') || name.startsWith('.')
}

function indexOfOpenBrace(pattern: string): number {
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]
    if (c === '\\') i++
    else if (c === '{') return i
  }
  return -1
}

function endOfClass(segment: string, open: number): number {
  // A ']' that comes first is a member: []a] and [^]a].
  const first = segment[open + 1] === '^' || segment[open + 1] === '!' ? open + 2 : open + 1
  const end = segment.indexOf(']', first + 1)
  if (end === -1) throw new FiresteelError('FS_IO_GLOB', { pattern: segment, reason: "a '[' has no ']'" })
  return end
}

function classSource(content: string): string {
  const isNegated = content.startsWith('^') || content.startsWith('!')
  const members = (isNegated ? content.slice(1) : content).replace(/[\\\]^[&~|]/g, '\\$&')
  return `[${isNegated ? '^' : ''}${members}]`
}

function escaped(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
