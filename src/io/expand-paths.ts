import { FiresteelError } from '../common/errors/index.js'
import type { FileStatus, FileSystem } from './file-system.js'
import { type Location, locate } from './file-systems.js'
import { compileSegment, expandBraces, type GlobSegment, isGlob, isHidden, splitPathList } from './glob.js'

/** An input file that was found. */
export interface FoundFile extends FileStatus {
  readonly fileSystem: FileSystem
}

/**
 * Finds the files that a comma-separated list of paths, directories and patterns stands for, in the list's order, each
 * directory's and pattern's by name. Names in a directory that begin with '_' or '.' are left out.
 * @throws FS_IO_PATH_NOT_FOUND when a path or pattern stands for nothing
 * @throws FS_IO_NESTED_DIRECTORY when a directory is found in a directory and `recursive` is not set
 */
export function expandPaths(paths: string, options: { recursive?: boolean } = {}): FoundFile[] {
  const found: FoundFile[] = []
  for (const path of splitPathList(paths)) {
    if (path === '') throw notFound(paths, 'the list has an empty path')
    const location = locate(path)
    const { fileSystem } = location
    for (const match of matchesOf(path, location)) {
      const files = match.kind === 'file' ? [match] : filesIn(fileSystem, match.path, options.recursive ?? false)
      for (const file of files) found.push({ ...file, fileSystem })
    }
  }
  return found
}

function matchesOf(original: string, { fileSystem, path }: Location): FileStatus[] {
  // What is there under the very name wins, though it looks like a pattern.
  const literal = fileSystem.stat(path)
  if (literal !== undefined) return [literal]
  const matches = new Map<string, FileStatus>()
  if (isGlob(path)) {
    for (const pattern of expandBraces(path)) {
      const { root, segments } = parse(pattern)
      collect(fileSystem, root, segments, matches)
    }
  }
  if (matches.size === 0) throw notFound(original)
  return [...matches.values()].sort(byPath)
}

function parse(pattern: string): { root: string; segments: GlobSegment[] } {
  const unified = process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern
  const root = /^([A-Za-z][A-Za-z0-9+.-]*:(\/\/[^/]*)?)?\//.exec(unified)?.[0] ?? ''
  const names = unified
    .slice(root.length)
    .split('/')
    .filter((name) => name !== '')
  return { root, segments: names.map(compileSegment) }
}

/** Adds what lies at `segments` below `base`, which ends with a slash. */
function collect(
  fileSystem: FileSystem,
  base: string,
  segments: readonly GlobSegment[],
  matches: Map<string, FileStatus>,
): void {
  const [segment, ...rest] = segments
  if (segment === undefined) return
  if (segment.kind === 'name') {
    if (rest.length > 0) return collect(fileSystem, `${base}${segment.name}/`, rest, matches)
    const status = fileSystem.stat(base + segment.name)
    if (status !== undefined) matches.set(status.path, status)
    return
  }
  if (segment.kind === 'anyDepth' && rest.length > 0) collect(fileSystem, base, rest, matches)
  for (const status of listIfDirectory(fileSystem, base)) {
    const name = nameOf(status.path)
    const isDirectory = status.kind === 'directory'
    if (segment.kind === 'anyDepth') {
      if (isHidden(name)) continue
      if (isDirectory) collect(fileSystem, `${status.path}/`, segments, matches)
      else if (rest.length === 0) matches.set(status.path, status)
    } else if (segment.regExp.test(name) && (segment.matchesHidden || !isHidden(name))) {
      if (rest.length === 0) matches.set(status.path, status)
      else if (isDirectory) collect(fileSystem, `${status.path}/`, rest, matches)
    }
  }
}

function listIfDirectory(fileSystem: FileSystem, base: string): FileStatus[] {
  const path = base.length > 1 ? base.slice(0, -1) : base
  const status = fileSystem.stat(path)
  return status?.kind === 'directory' ? fileSystem.list(path) : []
}

function filesIn(fileSystem: FileSystem, directory: string, recursive: boolean): FileStatus[] {
  const files: FileStatus[] = []
  for (const entry of fileSystem.list(directory)) {
    if (isHidden(nameOf(entry.path))) continue
    if (entry.kind === 'file') files.push(entry)
    else if (recursive) files.push(...filesIn(fileSystem, entry.path, recursive))
    else throw new FiresteelError('FS_IO_NESTED_DIRECTORY', { path: entry.path, parent: directory })
  }
  return files
}

function notFound(path: string, reason?: string): FiresteelError {
  return new FiresteelError('FS_IO_PATH_NOT_FOUND', { path, cwd: process.cwd(), ...(reason ? { reason } : {}) })
}

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}

function byPath(a: FileStatus, b: FileStatus): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0
}
