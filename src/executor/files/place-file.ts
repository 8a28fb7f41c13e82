import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { FiresteelError } from '../../common/errors/index.js'
import { unpackArchive } from '../../io/index.js'
import type { SharedFile, SharedPart } from './file-messages.js'

/** The folders of one process for what was added. */
export interface FileFolders {
  /** `SparkFiles.getRootDirectory()`. */
  readonly root: string
  /** The folder whose node_modules holds added modules. */
  readonly modules: string
  /** Contents, each named by its hash. */
  readonly store: string
}

/** Below the first of the local directories. */
export function fileFolders(localDir: string): FileFolders {
  return { root: join(localDir, 'files'), modules: join(localDir, 'modules'), store: join(localDir, 'file-contents') }
}

export interface PlaceOptions {
  readonly folders: FileFolders
  readonly parts: readonly SharedPart[]
  /** Path of a content that is here. */
  readonly contentPath: (hash: string) => string
}

/**
 * Puts something that was added into its place; readers see the old, the new, or nothing, but no part of it. A generator, since unpacking
 * takes long.
 * @throws FS_FILES_LOCAL_MISSING, FS_IO_ARCHIVE, FS_IO_CORRUPT
 */
export function* placeFile(file: SharedFile, options: PlaceOptions): Generator<void> {
  const { folders, contentPath } = options
  const target = targetOf(file, folders)
  const draft = join(folders.root, `.adding-${file.version}`)
  mkdirSync(dirname(target), { recursive: true })
  mkdirSync(folders.root, { recursive: true })
  rmSync(draft, { recursive: true, force: true })
  try {
    if (file.kind === 'modules') {
      yield* placePackages(file, options)
      return
    }
    const [only] = options.parts
    const content = file.place === undefined ? contentPath(only?.hash ?? '') : existing(file, file.place)
    if (file.kind === 'archive') {
      mkdirSync(draft)
      yield* unpackArchive(content, draft, { name: file.original })
    } else if (file.kind === 'module') yield* placeModule(file, content, draft)
    else if (file.place !== undefined) symlinkSync(content, draft)
    else yield* placeParts(options, draft)
    replace(draft, target)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function targetOf({ kind, name }: SharedFile, { root, modules }: FileFolders): string {
  return kind === 'module' || kind === 'modules' ? join(modules, 'node_modules', name) : join(root, name)
}

/** A folder cannot be replaced in one step: for a moment there is none. */
function replace(draft: string, target: string): void {
  try {
    renameSync(draft, target)
  } catch {
    rmSync(target, { recursive: true, force: true })
    renameSync(draft, target)
  }
}

function* placeParts({ parts, contentPath }: PlaceOptions, draft: string): Generator<void> {
  if (parts.length === 0) mkdirSync(draft, { recursive: true })
  for (const { path, hash, mode } of parts) {
    copyTo(contentPath(hash), join(draft, path), mode)
    yield
  }
}

function copyTo(from: string, to: string, mode: number): void {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to, constants.COPYFILE_FICLONE)
  chmodSync(to, mode)
}

function existing({ name }: SharedFile, place: string): string {
  if (existsSync(place)) return place
  throw new FiresteelError('FS_FILES_LOCAL_MISSING', { name, path: place })
}

/** A JavaScript file becomes a package of its own; an npm tarball is one. */
function* placeModule({ name, original }: SharedFile, content: string, draft: string): Generator<void> {
  mkdirSync(draft)
  if (!isScript(original)) {
    yield* unpackArchive(content, draft, { name: original, strip: 1 })
    return
  }
  const main = `${name}${extname(original)}`
  copyFileSync(content, join(draft, main))
  writeFileSync(join(draft, 'package.json'), JSON.stringify({ name, version: '0.0.0', exports: `./${main}` }))
}

/** Packages that the client installed: linked where their folder is on this machine too, else copied. */
function* placePackages({ place }: SharedFile, { folders, parts, contentPath }: PlaceOptions): Generator<void> {
  const base = join(folders.modules, 'node_modules')
  mkdirSync(base, { recursive: true })
  for (const { path, hash, mode } of parts) {
    copyTo(contentPath(hash), join(base, path), mode)
    yield
  }
  if (parts.length > 0) return
  for (const name of packageNames(join(place as string, 'node_modules'))) {
    const at = join(base, name)
    mkdirSync(dirname(at), { recursive: true })
    if (!existsSync(at)) symlinkSync(join(place as string, 'node_modules', name), at, 'junction')
  }
}

/** Names of the packages in a node_modules folder. */
export function packageNames(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'))
  return names.flatMap((name) => {
    if (!name.startsWith('@')) return [name]
    return readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`)
  })
}

export const isScript = (name: string): boolean => /\.[cm]?js$/.test(name)
