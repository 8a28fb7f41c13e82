import { FiresteelError } from '../common/errors/index.js'
import type { FileSystem } from './file-system.js'
import { localFileSystem } from './local-file-system.js'

const byScheme = new Map<string, FileSystem>([[localFileSystem.scheme, localFileSystem]])

/** Makes a file system known in this thread under its scheme. */
export function registerFileSystem(fileSystem: FileSystem): void {
  byScheme.set(fileSystem.scheme, fileSystem)
}

/** A path and the file system that it lies in. */
export interface Location {
  readonly fileSystem: FileSystem
  /** The path as that file system wants it: without `file:`, with any other scheme. */
  readonly path: string
}

// Two letters at least: 'c:' is a drive.
const schemePattern = /^([A-Za-z][A-Za-z0-9+.-]+):(.*)$/s

/**
 * Finds the file system of a path or URL; a path without a scheme is local.
 * @throws FS_IO_SCHEME when nothing is registered for the scheme
 */
export function locate(pathOrUrl: string): Location {
  const match = schemePattern.exec(pathOrUrl)
  if (match === null) return { fileSystem: localFileSystem, path: localFileSystem.resolve(pathOrUrl) }
  const scheme = (match[1] as string).toLowerCase()
  const fileSystem = byScheme.get(scheme)
  if (fileSystem === undefined) {
    throw new FiresteelError('FS_IO_SCHEME', { scheme, path: pathOrUrl, known: [...byScheme.keys()] })
  }
  if (fileSystem !== localFileSystem) return { fileSystem, path: fileSystem.resolve(pathOrUrl) }
  return { fileSystem, path: localFileSystem.resolve(pathOfFileUrl(match[2] as string)) }
}

/** What follows `file:`, as a path: an empty host or localhost goes, percent escapes are undone. */
function pathOfFileUrl(rest: string): string {
  const hostless = rest.replace(/^\/\/(localhost)?(?=\/)/i, '')
  const path = process.platform === 'win32' ? hostless.replace(/^\/(?=[A-Za-z]:)/, '') : hostless
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
