import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { FiresteelError } from '../../common/errors/index.js'
import {
  findPackage,
  PackageGraph,
  type PackageNode,
  packageFiles,
  packageFolder,
  packageLinks,
  packageNames,
  readPackage,
} from '../../common/packages/index.js'
import type { PackageImport } from './bundle-inputs.js'
import { cacheFolder, hashOf } from './cache-folder.js'
import { type TarEntry, tarPieces } from './tar-writer.js'

/** Changes when archives of an older version must not be used again. */
const archiveFormat = 'package 1'

/** The folder, beside node_modules, whose own node_modules has links to what was installed for `--packages` and `--jars`. */
export const installedFolder = 'installed'

/** A package as an archive of its own. */
export interface PackedPackage {
  readonly name: string
  readonly version: string
  readonly path: string
}

export interface PackedPackages {
  readonly packages: readonly PackedPackage[]
  /** An archive of the links that tell what each import finds; undefined when there are no packages. */
  readonly links: string | undefined
  readonly hasNativeCode: boolean
}

export interface PackOptions {
  /** What the application's bundle imports. */
  readonly imports: readonly PackageImport[]
  /** Folders whose node_modules holds what was installed for it; all of it travels. */
  readonly folders: readonly string[]
  /** Names that something else has at the application's place. */
  readonly taken?: readonly string[]
  readonly allowNative: boolean
}

/**
 * Packs the packages that an application needs, with all that they depend on: one archive a package, which depends on nothing but the
 * package, so that it is the same for all applications; and one of links, which is this application's own. Kept for the next submit.
 *
 * @throws FS_SUBMIT_NATIVE
 */
export function packPackages({ imports, folders, taken: others = [], allowNative }: PackOptions): PackedPackages {
  const graph = new PackageGraph(['firesteel'])
  const links: [path: string, target: string][] = []
  const link = (path: string, { key, name }: PackageNode) => {
    const up = '../'.repeat(path.split('/').length - 2)
    links.push([path, `${up}.firesteel/${key}/node_modules/${name}`])
  }
  for (const { name, root } of imports) {
    const found = readPackage(root, name)
    if (found !== undefined) link(`node_modules/${name}`, graph.add(found))
  }
  const taken = new Set([...others, ...imports.map(({ name }) => name)])
  for (const folder of folders) {
    for (const name of packageNames(join(folder, 'node_modules'))) {
      const found = findPackage(name, folder)
      if (found === undefined || name === 'firesteel') continue
      const node = graph.add(found)
      links.push([
        `${installedFolder}/node_modules/${name}`,
        `${name.includes('/') ? '../' : ''}../../${packageFolder(node)}`,
      ])
      if (!taken.has(name)) link(`node_modules/${name}`, node)
      taken.add(name)
    }
  }
  const { nodes } = graph
  if (nodes.length === 0) return { packages: [], links: undefined, hasNativeCode: false }
  const packed = nodes.map((node) => packOne(node, allowNative))
  return {
    packages: packed,
    links: packLinks([...links, ...nodes.flatMap(packageLinks)]),
    hasNativeCode: packed.some(({ isNative }) => isNative),
  }
}

function packOne(node: PackageNode, allowNative: boolean): PackedPackage & { readonly isNative: boolean } {
  const { name, version, root, key } = node
  const files = packageFiles(root)
  const native = files.find(({ path }) => path.endsWith('.node'))
  if (native !== undefined && !allowNative) {
    throw new FiresteelError('FS_SUBMIT_NATIVE', { package: `${name}@${version}`, file: native.path })
  }
  const fingerprint = files.map(({ path, bytes, modifiedMs, isExecutable }) =>
    [path, bytes, modifiedMs, isExecutable].join(' '),
  )
  const folder = cacheFolder('package-archives')
  const path = join(folder, hashOf(archiveFormat, root, key, ...fingerprint), `${key}.tar`)
  if (!existsSync(path)) {
    const base = packageFolder(node)
    writeArchive(
      path,
      (function* (): Generator<TarEntry> {
        for (const { path: inside, isExecutable } of files)
          yield { kind: 'file', path: `${base}/${inside}`, isExecutable, bytes: readFileSync(join(root, inside)) }
      })(),
    )
  }
  return { name, version, path, isNative: native !== undefined }
}

function packLinks(links: readonly (readonly [path: string, target: string])[]): string {
  const sorted = [...links].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const path = join(cacheFolder('package-archives'), hashOf(archiveFormat, JSON.stringify(sorted)), 'links.tar')
  if (!existsSync(path))
    writeArchive(
      path,
      sorted.map(([from, target]): TarEntry => ({ kind: 'link', path: from, target })),
    )
  return path
}

/**
 * Packs a single file of `--jars` as a package of the file's name.
 * @returns path of the archive
 */
export function packJar(file: string): string {
  const [main, name] = [basename(file), basename(file, extname(file))]
  const bytes = readFileSync(file)
  const path = join(cacheFolder('package-archives'), hashOf(archiveFormat, main, bytes), `${name}.tar`)
  const manifest = Buffer.from(JSON.stringify({ name, version: '0.0.0', exports: `./${main}` }))
  const base = `node_modules/${name}`
  if (!existsSync(path)) {
    writeArchive(path, [
      { kind: 'file', path: `${base}/${main}`, isExecutable: false, bytes },
      { kind: 'file', path: `${base}/package.json`, isExecutable: false, bytes: manifest },
    ])
  }
  return path
}

/** A reader sees all of an archive or none. */
function writeArchive(path: string, entries: Iterable<TarEntry>): void {
  const draft = `${path}.${process.pid}.tmp`
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
  const file = openSync(draft, 'w', 0o600)
  try {
    for (const piece of tarPieces(entries)) for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at)
    closeSync(file)
  } catch (error) {
    closeSync(file)
    rmSync(draft, { force: true })
    throw error
  }
  renameSync(draft, path)
}
