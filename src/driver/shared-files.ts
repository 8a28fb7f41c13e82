import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ModuleRef } from '../closure/index.js'
import { FiresteelError } from '../common/errors/index.js'
import {
  findPackage,
  PackageGraph,
  type PackageNode,
  packageFiles,
  packageLinks,
  packageNames,
  packageSeenFrom,
} from '../common/packages/index.js'
import {
  type FilePiece,
  type FilesAnswer,
  fileFolders,
  filesEndpoint,
  isScript,
  type PartsAnswer,
  type PartsMessage,
  placeFile,
  type ReadFilesMessage,
  type SharedFile,
  type SharedPart,
} from '../executor/index.js'
import { isArchive, locate, unpackArchive } from '../io/index.js'
import type { RpcEnvironment, RpcMessage } from '../rpc/index.js'

export interface SharedFilesOptions {
  readonly rpc: RpcEnvironment
  /** The first of the application's local directories; an executor in this process reads what is put there. */
  readonly localDir: string
  /** `spark.files.overwrite`. */
  readonly overwrite: boolean
}

interface Added {
  readonly file: SharedFile
  /** As it was given, made absolute: what `listFiles` and its like show. */
  readonly url: string
  /** Of an installed folder they are found when an executor asks. */
  parts?: readonly SharedPart[]
}

type Operation = 'addFile' | 'addArchive' | 'addJar'

/** Every executor has them. */
const ownPackages: ReadonlySet<string> = new Set(['firesteel'])

/** A path as the user gave it, taken apart. */
interface Given {
  readonly operation: Operation
  readonly path: string
  readonly name: string
  /** Path on this machine. */
  readonly local: string
  /** `local:`: the file is on every machine. */
  readonly isEverywhere: boolean
}

/**
 * The driver's side of `addFile`, `addArchive` and `addJar`: copies what is added below the local directory, by content hash, puts it in
 * place for this process, and serves it to executors, who come for what they lack before they run a task that may need it.
 */
export class SharedFiles {
  readonly #options: SharedFilesOptions
  readonly #folders: ReturnType<typeof fileFolders>
  readonly #added = new Map<string, Added>()
  readonly #byVersion = new Map<number, Added>()
  readonly #graph = new PackageGraph([...ownPackages])
  readonly #packages = new Set<string>()
  /** Modules that closures referred to before. */
  readonly #referred = new Set<string>()
  #version = 0

  constructor(options: SharedFilesOptions) {
    this.#options = options
    this.#folders = fileFolders(options.localDir)
    options.rpc.register(filesEndpoint, {
      list: () => ({ body: this.#list() }),
      parts: ({ body }) => ({ body: this.#parts(body as PartsMessage) }),
      read: ({ body }) => this.#read(body as ReadFilesMessage),
    })
  }

  /** Grows with each addition: a task says which additions it counts on. */
  get version(): number {
    return this.#version
  }

  get root(): string {
    return this.#folders.root
  }

  /** @throws FS_FILES_NOT_FOUND, FS_FILES_DIRECTORY, FS_FILES_SCHEME, FS_FILES_EXISTS */
  addFile(path: string, recursive = false): void {
    const given = takeApart('addFile', path)
    const stat = statOf(given)
    if (stat?.isDirectory() && !recursive) throw refusal('FS_FILES_DIRECTORY', given)
    this.#add(given, 'file', basename(given.local))
  }

  /** @throws FS_FILES_NOT_FOUND, FS_FILES_SCHEME, FS_FILES_EXISTS, FS_FILES_KIND, FS_IO_ARCHIVE, FS_IO_CORRUPT */
  addArchive(path: string): void {
    const given = takeApart('addArchive', path)
    if (statOf(given)?.isDirectory()) throw refusal('FS_FILES_DIRECTORY', given)
    if (!isArchive(given.local)) throw refusal('FS_FILES_KIND', given, { reason: 'it is no archive by its name' })
    this.#add(given, 'archive', basename(given.local))
  }

  /** @throws FS_FILES_NOT_FOUND, FS_FILES_SCHEME, FS_FILES_EXISTS, FS_FILES_KIND, FS_IO_ARCHIVE, FS_IO_CORRUPT */
  addJar(path: string): void {
    const given = takeApart('addJar', path)
    if (statOf(given)?.isDirectory()) throw refusal('FS_FILES_DIRECTORY', given)
    const original = basename(given.local)
    const name = isScript(original) ? basename(original, extname(original)) : this.#packageName(given)
    this.#add({ ...given, name }, 'module', original)
  }

  /** A folder in which packages were installed for the program: imported by their names in tasks as well. */
  addModules(folder: string): void {
    for (const name of packageNames(join(folder, 'node_modules'))) {
      const found = findPackage(name, folder)
      if (found === undefined || ownPackages.has(name)) continue
      const node = this.#graph.add(found)
      const up = name.includes('/') ? '../' : ''
      const target = `${up}.firesteel/${node.key}/node_modules/${node.name}`
      this.#addPackages({ of: node, links: [[`node_modules/${name}`, target]] })
    }
  }

  /** Packages of modules that closures refer to, with all that those depend on: executors elsewhere import them. */
  addReferred(modules: readonly ModuleRef[]): void {
    for (const { package: name, base } of modules) {
      if (name === undefined || base === undefined || ownPackages.has(name)) continue
      const key = `${name} ${base}`
      if (this.#referred.has(key)) continue
      this.#referred.add(key)
      const found = packageSeenFrom(name, base)
      if (found !== undefined) this.#addPackages({ of: this.#graph.add(found), links: [] })
    }
  }

  /** Adds a package's whole part of the graph, as far as that is new. */
  #addPackages({ of, links }: { readonly of: PackageNode; readonly links: readonly [string, string][] }): void {
    const { name, key, version, root } = of
    const isNew = !this.#packages.has(key)
    if (!isNew && links.length === 0) return
    this.#packages.add(key)
    const installed = { key, version, links: [...packageLinks(of), ...links] }
    const number = ++this.#version
    const file: SharedFile = { kind: 'package', name, version: number, original: name, place: root, installed }
    for (const _ of placeFile(file, { folders: this.#folders, parts: [], contentPath: () => '' }));
    this.#keep(`package ${key} ${links.length}`, { file, url: pathToFileURL(root).href })
    if (isNew) for (const node of of.dependencies.values()) this.#addPackages({ of: node, links: [] })
  }

  /** What was added, as URLs. */
  list(kind: SharedFile['kind']): string[] {
    return [...this.#added.values()].filter(({ file }) => file.kind === kind).map(({ url }) => url)
  }

  #add(given: Given, kind: SharedFile['kind'], original: string): void {
    const { name, isEverywhere } = given
    const key = `${kind === 'module' ? 'module' : 'file'} ${name}`
    const parts = isEverywhere ? [] : this.#store(given.local)
    const earlier = this.#added.get(key)
    if (earlier !== undefined) {
      if (isSame(earlier, parts, isEverywhere ? given.local : undefined)) return
      if (!this.#options.overwrite) throw refusal('FS_FILES_EXISTS', given)
    }
    const version = this.#version + 1
    const file: SharedFile = { kind, name, version, original, ...(isEverywhere ? { place: given.local } : {}) }
    const contentPath = (hash: string) => join(this.#folders.store, hash)
    for (const _ of placeFile(file, { folders: this.#folders, parts, contentPath }));
    this.#version = version
    this.#keep(key, { file, url: isEverywhere ? given.path : urlOf(given), parts })
  }

  #keep(key: string, added: Added): void {
    this.#added.set(key, added)
    this.#byVersion.set(added.file.version, added)
  }

  /** Copies a file, or all files of a folder, into the store. */
  #store(path: string): SharedPart[] {
    mkdirSync(this.#folders.store, { recursive: true, mode: 0o700 })
    if (!statSync(path).isDirectory()) return [this.#storeFile(path, '')]
    return filesBelow(path).map((inside) => this.#storeFile(join(path, inside), inside))
  }

  #storePackage(root: string): SharedPart[] {
    mkdirSync(this.#folders.store, { recursive: true, mode: 0o700 })
    return packageFiles(root).map(({ path }) => this.#storeFile(join(root, path), path))
  }

  #storeFile(path: string, inside: string): SharedPart {
    const { size, mode } = statSync(path)
    const draft = join(this.#folders.store, `.draft-${process.pid}`)
    copyFileSync(path, draft, constants.COPYFILE_FICLONE)
    const hash = hashOfFile(draft)
    renameSync(draft, join(this.#folders.store, hash))
    return { path: inside, hash, bytes: size, mode: (mode & 0o777) | 0o600 }
  }

  /** The name in a tarball's package.json. */
  #packageName(given: Given): string {
    if (!/\.(tgz|tar\.gz)$/.test(given.local)) {
      throw refusal('FS_FILES_KIND', given, { reason: 'it is neither a JavaScript file nor an npm tarball' })
    }
    const folder = join(this.#folders.store, '.package')
    mkdirSync(folder, { recursive: true })
    try {
      for (const _ of unpackArchive(given.local, folder, { strip: 1 }));
      return nameOfPackage(folder, given)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  // --- for executors

  #list(): FilesAnswer {
    const files = [...this.#added.values()].map(({ file }) => file).sort((a, b) => a.version - b.version)
    return { version: this.#version, files }
  }

  #parts({ version }: PartsMessage): PartsAnswer {
    const added = this.#byVersion.get(version)
    if (added === undefined) throw new Error(`nothing was added as version ${version}`)
    added.parts ??= this.#storePackage(added.file.place as string)
    return { parts: added.parts }
  }

  async *#read({ hashes }: ReadFilesMessage): AsyncGenerator<RpcMessage> {
    for (const [index, hash] of hashes.entries()) {
      if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error('that is no hash')
      yield* readPieces(join(this.#folders.store, hash), index)
    }
  }
}

const pieceBytes = 1 << 20

async function* readPieces(path: string, index: number): AsyncGenerator<RpcMessage> {
  const file = await open(path, 'r')
  try {
    for (;;) {
      // A buffer each: it is sent while the next one is read.
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(pieceBytes), 0, pieceBytes)
      const isLast = bytesRead === 0
      const body: FilePiece = { index, isLast }
      yield { body, attachments: isLast ? [] : [buffer.subarray(0, bytesRead)] }
      if (isLast) return
    }
  } finally {
    await file.close()
  }
}

/** `file:` and no scheme mean this machine, `local:` every machine; `#name` renames an archive or a file. */
function takeApart(operation: Operation, path: string): Given {
  const [, scheme = ''] = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(path) ?? []
  const kind = scheme.toLowerCase()
  if (kind !== '' && kind !== 'file' && kind !== 'local') {
    throw new FiresteelError('FS_FILES_SCHEME', { operation, path, scheme })
  }
  const hash = mayHaveAlias(operation, path) ? path.lastIndexOf('#') : -1
  const bare = hash < 0 ? path : path.slice(0, hash)
  const alias = hash < 0 ? '' : path.slice(hash + 1)
  const local = locate(kind === 'local' ? `file:${bare.slice('local:'.length)}` : bare).path
  const name = alias === '' ? basename(local) : alias
  const given: Given = { operation, path, name, local, isEverywhere: kind === 'local' }
  if (/[/\\]/.test(name) || name === '..' || name === '.') {
    throw refusal('FS_FILES_KIND', given, { reason: `'${name}' is no name for a folder` })
  }
  return given
}

/** A file's own name may have a `#` in it, if there is such a file. */
function mayHaveAlias(operation: Operation, path: string): boolean {
  return operation === 'addArchive' || (operation === 'addFile' && !existsSync(path))
}

/** Of a file that is on every machine nothing has to be known here. */
function statOf(given: Given): Stats | undefined {
  const stat = statSync(given.local, { throwIfNoEntry: false })
  if (stat === undefined) throw refusal('FS_FILES_NOT_FOUND', given)
  return stat
}

function refusal(code: string, given: Given, more: Readonly<Record<string, unknown>> = {}): FiresteelError {
  const { operation, path, name } = given
  return new FiresteelError(code as 'FS_FILES_KIND', { operation, path, name, ...more })
}

function isSame(earlier: Added, parts: readonly SharedPart[], place: string | undefined): boolean {
  if (earlier.file.place !== undefined || place !== undefined) return earlier.file.place === place
  const key = (all: readonly SharedPart[] | undefined) => (all ?? []).map(({ path, hash }) => `${path} ${hash}`).join()
  return key(earlier.parts) === key(parts)
}

function urlOf({ local, path }: Given): string {
  const url = pathToFileURL(local).href
  const alias = /#[^#/]*$/.exec(path)?.[0] ?? ''
  return `${url}${alias}`
}

/** Relative paths of all files, with slashes. */
function filesBelow(folder: string, inside = ''): string[] {
  return readdirSync(join(folder, inside), { withFileTypes: true }).flatMap((entry) => {
    const path = inside === '' ? entry.name : `${inside}/${entry.name}`
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && statSync(join(folder, path)).isDirectory())
    return isFolder ? filesBelow(folder, path) : [path]
  })
}

function hashOfFile(path: string): string {
  const hash = createHash('sha256')
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(pieceBytes)
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer))
      hash.update(buffer.subarray(0, count))
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}

function nameOfPackage(folder: string, given: Given): string {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }
    if (typeof name === 'string' && /^(?:@[\w.-]+\/)?[\w.-]+$/.test(name)) return name
  } catch {
    // said below
  }
  throw refusal('FS_FILES_KIND', given, { reason: 'it holds no npm package' })
}
