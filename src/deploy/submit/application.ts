import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { FiresteelError } from '../../common/errors/index.js'

/** What was submitted: a file that can be loaded, after folders and packages were looked into. */
export interface Application {
  /** As the user wrote it. */
  readonly given: string
  /** Absolute path of the file to load. */
  readonly entry: string
  /** TypeScript has to be bundled first; JavaScript runs as it is. */
  readonly language: 'typescript' | 'javascript'
}

const languages: Record<string, Application['language']> = {
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.js': 'javascript',
  '.mjs': 'javascript',
}

/** Whether this is a package that npm packed, which must be installed before it can be looked into. */
export function isTarball(path: string): boolean {
  return /\.(tgz|tar\.gz)$/.test(path)
}

/**
 * Finds the file to load for a file or a folder with a package.json.
 *
 * @throws FS_SUBMIT_APPLICATION when there is none, or its kind is not known
 */
export function findApplication(given: string, path = resolve(given)): Application {
  const fail = (reason: string) => new FiresteelError('FS_SUBMIT_APPLICATION', { path: given, reason })
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(given)) throw fail('it is not on this machine; copy it here first')
  if (!existsSync(path)) throw fail('there is no such file or folder')
  const entry = statSync(path).isDirectory() ? entryOfPackage(path, fail) : path
  const language = languages[extname(entry)]
  if (language === undefined) throw fail(`files of kind '${extname(entry)}' are not known`)
  return { given, entry, language }
}

/** Places where a package's program is looked for when its package.json names none. */
const usualEntries = ['index.ts', 'index.mts', 'index.mjs', 'index.js', 'src/index.ts']

function entryOfPackage(folder: string, fail: (reason: string) => Error): string {
  const manifestPath = join(folder, 'package.json')
  if (!existsSync(manifestPath)) throw fail('the folder has no package.json')
  const named = namedEntry(readManifest(manifestPath, fail))
  const candidates = named === undefined ? usualEntries : [named]
  const found = candidates.map((name) => join(folder, name)).find((path) => existsSync(path) && statSync(path).isFile())
  if (found !== undefined) return found
  throw fail(
    named === undefined
      ? `its package.json names no entry and it has none of ${usualEntries.join(', ')}`
      : `it has no ${named}`,
  )
}

interface Manifest {
  readonly main?: unknown
  readonly exports?: unknown
}

function readManifest(path: string, fail: (reason: string) => Error): Manifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest
  } catch (cause) {
    throw fail(`its package.json cannot be read: ${(cause as Error).message}`)
  }
}

/** The entry that `exports` or `main` names, as Node would import it. */
function namedEntry({ exports, main }: Manifest): string | undefined {
  const target = targetOf(isSubpaths(exports) ? exports['.'] : exports)
  return target ?? (typeof main === 'string' ? main : undefined)
}

function isSubpaths(exports: unknown): exports is Record<string, unknown> {
  return typeof exports === 'object' && exports !== null && '.' in exports
}

function targetOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(targetOf).find((target) => target !== undefined)
  if (typeof value !== 'object' || value === null) return undefined
  for (const [condition, target] of Object.entries(value)) {
    if (condition === 'node' || condition === 'import' || condition === 'default') return targetOf(target)
  }
  return undefined
}
