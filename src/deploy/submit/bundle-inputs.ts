import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeWhole } from './cache-folder.js'

/** A file that a bundle was made from, as it was then. */
interface BundleInput {
  readonly path: string
  readonly size: number
  readonly modifiedMs: number
}

/** What is remembered of a bundle, so that it is made again only when a file changed. */
interface BundleRecord {
  readonly output: string
  readonly inputs: readonly BundleInput[]
  readonly imports?: readonly PackageImport[]
}

/** A package that a bundle imports. */
export interface PackageImport {
  /** As the bundle names it. */
  readonly name: string
  /** Folder where it is installed. */
  readonly root: string
}

/** The bundle of an earlier submit, if none of its inputs changed since. */
export function unchangedBundle(
  recordPath: string,
): { readonly output: string; readonly imports: readonly PackageImport[] } | undefined {
  try {
    const { output, inputs, imports = [] } = JSON.parse(readFileSync(recordPath, 'utf8')) as BundleRecord
    return existsSync(output) && inputs.every(isUnchanged) ? { output, imports } : undefined
  } catch {
    return undefined // no record, or one that is not whole: the bundle is made again
  }
}

/** Remembers what a bundle was made from. */
export function recordBundle(
  recordPath: string,
  output: string,
  { inputs, imports }: { readonly inputs: readonly string[]; readonly imports?: readonly PackageImport[] },
): void {
  const there = inputs.filter((path) => existsSync(path))
  const record: BundleRecord = { output, inputs: there.map(describeInput), imports }
  writeWhole(recordPath, JSON.stringify(record))
}

/** Files besides the sources that change what a bundle becomes: those that configure the compiler or the package. */
export function configurationOf(entry: string): string[] {
  const found: string[] = []
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    found.push(
      ...['tsconfig.json', 'package.json'].map((name) => join(folder, name)).filter((path) => existsSync(path)),
    )
    if (folder === dirname(folder)) return found
  }
}

function describeInput(path: string): BundleInput {
  const { size, mtimeMs } = statSync(path)
  return { path, size, modifiedMs: mtimeMs }
}

function isUnchanged({ path, size, modifiedMs }: BundleInput): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && stat.size === size && stat.mtimeMs === modifiedMs
}
