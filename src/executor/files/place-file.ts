import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { FiresteelError } from '../../common/errors/index.js'
import { packageFolder, readPackage } from '../../common/packages/index.js'
import { unpackArchive } from '../../io/index.js'
import type { SharedFile, SharedPackage, SharedPart } from './file-messages.js'

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
    if (file.kind === 'package') {
      yield* placePackage(file, options, draft)
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
  return kind === 'module' || kind === 'package' ? join(modules, 'node_modules', name) : join(root, name)
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

/** An installed package: linked where it is on this machine too, else copied. Equal keys are equal packages. */
function* placePackage(file: SharedFile, options: PlaceOptions, draft: string): Generator<void> {
  const { name, place, installed } = file
  const { modules } = options.folders
  const { key, links } = installed as SharedPackage
  const target = join(modules, packageFolder({ key, name }))
  const isHere = options.parts.length === 0 && isPackageHere(file)
  if (isHere) link(place as string, target)
  else if (!existsSync(target)) {
    yield* placeParts(options, draft)
    mkdirSync(dirname(target), { recursive: true })
    renameSync(draft, target)
  }
  // What is linked to its own place finds there what it depends on.
  for (const [path, to] of links) {
    if (isHere && path.startsWith(`node_modules/.firesteel/${key}/`)) continue
    const at = join(modules, path)
    rmSync(at, { force: true })
    link(to, at)
  }
}

function link(target: string, at: string): void {
  mkdirSync(dirname(at), { recursive: true })
  if (lstatSync(at, { throwIfNoEntry: false }) !== undefined) return
  symlinkSync(process.platform === 'win32' ? resolve(dirname(at), target) : target, at, 'junction')
}

/** Whether a package has been put into place before. */
export function isPackagePlaced({ kind, name, installed }: SharedFile, { modules }: FileFolders): boolean {
  return kind === 'package' && existsSync(join(modules, packageFolder({ key: (installed as SharedPackage).key, name })))
}

/** Whether the place of a package on the driver's machine has the same on this one. */
export function isPackageHere({ kind, name, place, installed }: SharedFile): boolean {
  if (kind !== 'package' || place === undefined) return false
  return readPackage(place, name)?.version === installed?.version
}

export const isScript = (name: string): boolean => /\.[cm]?js$/.test(name)
