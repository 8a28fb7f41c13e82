import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A file of a package. */
export interface PackageFile {
  /** Within the package, with slashes. */
  readonly path: string
  readonly bytes: number
  readonly modifiedMs: number
  readonly isExecutable: boolean
}

/** What lies in a package's folder and is no part of it: other packages, and what a version control system keeps. */
const foreign = new Set(['node_modules', '.git', '.hg', '.svn'])

/** All files of a package without those of packages inside of it, sorted by path. What a link names counts as if it were there. */
export function packageFiles(root: string): PackageFile[] {
  return [...filesBelow(root, '', new Set())].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

function* filesBelow(root: string, inside: string, above: ReadonlySet<string>): Generator<PackageFile> {
  for (const name of readdirSync(join(root, inside))) {
    if (foreign.has(name)) continue
    const path = inside === '' ? name : `${inside}/${name}`
    const stat = statSync(join(root, path), { throwIfNoEntry: false })
    if (stat === undefined) continue // a link to nowhere
    const { size, mtimeMs, mode, dev, ino } = stat
    if (stat.isFile()) yield { path, bytes: size, modifiedMs: mtimeMs, isExecutable: (mode & 0o111) !== 0 }
    const id = `${dev} ${ino}`
    // A link to a folder above has no end.
    if (stat.isDirectory() && !above.has(id)) yield* filesBelow(root, path, new Set([...above, id]))
  }
}
