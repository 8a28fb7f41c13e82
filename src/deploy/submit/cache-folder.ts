import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** Content hash, short enough for a file's name. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex').slice(0, 32)
}

/**
 * A folder below the temporary folder that keeps what was made for one submit for the next. Only its owner may read or write it: what
 * lies there is run as code. When someone else made a folder of that name, a fresh one is taken.
 */
export function cacheFolder(name: string): string {
  const base = join(tmpdir(), `firesteel-${userInfo().uid}`)
  const folder = isOurs(base) ? base : mkdtempSync(join(tmpdir(), 'firesteel-'))
  const inner = join(folder, name)
  mkdirSync(inner, { recursive: true, mode: 0o700 })
  return inner
}

function isOurs(folder: string): boolean {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stat = lstatSync(folder)
  const { uid } = userInfo()
  if (!stat.isDirectory() || (uid >= 0 && stat.uid !== uid)) return false
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) chmodSync(folder, 0o700)
  return true
}

/** Writes a file so that a reader sees all of it or none. */
export function writeWhole(path: string, contents: string | Uint8Array): void {
  const draft = `${path}.${process.pid}.tmp`
  writeFileSync(draft, contents, { mode: 0o600 })
  renameSync(draft, path)
}
