import { existsSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { FiresteelError } from '../../common/errors/index.js'
import { findPackage, type InstalledPackage, packageKey, packageName } from '../../common/packages/index.js'
import type { ModuleRef } from '../closure.js'
import { ownLoader } from '../references/own-modules.js'
import { resolveInPackage } from '../references/resolve-import.js'

/** A module as the rebuilt functions see it. */
export interface LoadedModule {
  /** What a path into the module starts from: for Node's own and CommonJS modules what they export as a whole. */
  readonly main: unknown
  readonly namespace: object
}

const loaded = new Map<string, Promise<LoadedModule>>()

/** Loads a module that a function needs; each is loaded once. Throws FS_CLOSURE_MODULE_MISSING or FS_CLOSURE_MODULE_VERSION. */
export function loadModule(module: ModuleRef, moduleBase?: string): Promise<LoadedModule> {
  const key = JSON.stringify([module, moduleBase])
  let found = loaded.get(key)
  if (!found) {
    found = load(module, moduleBase)
    loaded.set(key, found)
    // A module that is missing now may be there later.
    found.catch(() => loaded.delete(key))
  }
  return found
}

async function load(module: ModuleRef, moduleBase: string | undefined): Promise<LoadedModule> {
  const { format, specifier } = module
  try {
    if (format === 'builtin') return await whole(import(specifier))
    if (format === 'own') return await loadOwn(specifier)
    return await loadPackage(module, moduleBase)
  } catch (error) {
    if (error instanceof FiresteelError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new FiresteelError(
      'FS_CLOSURE_MODULE_MISSING',
      { specifier, version: module.version, reason },
      { cause: error },
    )
  }
}

async function whole(imported: Promise<{ default?: unknown }>): Promise<LoadedModule> {
  const namespace = await imported
  return { main: namespace.default ?? namespace, namespace }
}

async function loadOwn(specifier: string): Promise<LoadedModule> {
  const loader = ownLoader(specifier)
  const namespace = loader ? await loader() : ((await import(specifier)) as object)
  return { main: namespace, namespace }
}

async function loadPackage(module: ModuleRef, moduleBase: string | undefined): Promise<LoadedModule> {
  const { format, specifier, path } = module
  const place = choose(module, moduleBase)
  const { found, folder } = place
  const file = path === undefined ? undefined : join(found.root, path)
  if (format === 'require') return loadRequired(file ?? specifier, folder)
  const namespace = await importFrom(file === undefined ? specifier : pathToFileURL(file).href, folder)
  return { main: namespace, namespace }
}

/** An installed package, and the folder from which an import of it finds it. */
interface Place {
  readonly found: InstalledPackage
  readonly folder: string
}

/**
 * The very version that the driver has, wherever it is; without that, the first that will do.
 * @throws FS_CLOSURE_MODULE_MISSING, FS_CLOSURE_MODULE_VERSION
 */
function choose(module: ModuleRef, moduleBase: string | undefined): Place {
  const { specifier, version } = module
  const folders = foldersToSearch(module, moduleBase)
  const places = folders.flatMap((folder): Place[] => {
    const found = findPackage(specifier, folder)
    return found === undefined ? [] : [{ found, folder }]
  })
  const exact = places.find(({ found }) => version === undefined || found.version === version)
  const sent = exact ?? sentPlace(module, moduleBase)
  if (sent !== undefined) return sent
  const compatible = places.find(({ found }) => isCompatible(module, found))
  if (compatible !== undefined) return compatible
  const [other] = places
  const name = module.package ?? specifier
  if (other !== undefined) {
    throw new FiresteelError('FS_CLOSURE_MODULE_VERSION', {
      package: name,
      wanted: version,
      found: other.found.version,
    })
  }
  const last = folders.at(-1)
  const reason =
    last === undefined ? 'no folder to look in' : `there is no ${name} in ${join(last, 'node_modules')} or above`
  throw new FiresteelError('FS_CLOSURE_MODULE_MISSING', { specifier: name, version, reason })
}

/** Where the driver's packages are that were sent to this process. */
function sentPlace({ package: name, specifier, version = '' }: ModuleRef, moduleBase?: string): Place | undefined {
  const base = moduleBase === undefined ? undefined : folderOf(moduleBase, false)
  if (base === undefined) return undefined
  const key = packageKey(name ?? packageName(specifier), version)
  const folder = join(base, 'node_modules', '.firesteel', key)
  const found = existsSync(folder) ? findPackage(specifier, folder) : undefined
  return found?.version === version ? { found, folder } : undefined
}

function loadRequired(target: string, folder: string): LoadedModule {
  const main: unknown = createRequire(join(folder, 'from.cjs'))(target)
  const isObject = (typeof main === 'object' && main !== null) || typeof main === 'function'
  return { main, namespace: { ...(isObject ? main : {}), default: main } }
}

/** The driver's own place first, if it is on this machine too, then the receiving process's. */
export function foldersToSearch({ base }: { base?: string }, moduleBase: string | undefined): string[] {
  const folders: string[] = []
  for (const [i, place] of [base, moduleBase].entries()) {
    const folder = place === undefined ? undefined : folderOf(place, i === 0)
    if (folder !== undefined && existsSync(folder)) folders.push(folder)
  }
  return folders.length > 0 ? folders : [process.cwd()]
}

/** A script's URL means the folder it is in; a folder means itself. */
function folderOf(place: string, isScript: boolean): string | undefined {
  const path = place.startsWith('file:') ? fileURLToPath(place) : place
  if (!isAbsolute(path)) return undefined
  return isScript || /\.[cm]?[jt]sx?$/.test(path) ? dirname(path) : path
}

/** Another patch of the same line is the same package; another major version is not, and below 1.0 another minor one. */
function isCompatible({ version }: ModuleRef, found: InstalledPackage): boolean {
  return version === undefined || compatibleLine(version) === compatibleLine(found.version)
}

function compatibleLine(version: string): string {
  const [major, minor] = version.split('.')
  return major === '0' ? `0.${minor}` : String(major)
}

/** Imports as a module in `folder` would. */
export async function importFrom(specifier: string, folder: string, options?: ImportCallOptions): Promise<object> {
  if (/^[a-z-]+:/.test(specifier) || isBuiltin(specifier)) return importUrl(specifier, options)
  // Vite writes files outside of its root with a prefix, and the file of a package as a path from its own root.
  const outside = /^\/@fs\/(.+)$/.exec(specifier)?.[1]
  if (outside !== undefined)
    return importUrl(pathToFileURL(isAbsolute(outside) ? outside : `/${outside}`).href, options)
  const viteFile = /^\/node_modules\/(.+)$/.exec(specifier)?.[1]
  const found = findPackage(viteFile ?? specifier, folder)
  const file =
    found && (viteFile ? join(found.root, viteFile.slice(found.name.length)) : resolveInPackage(specifier, found))
  if (file !== undefined) return importUrl(pathToFileURL(file).href, options)
  const where = join(folder, 'node_modules')
  const reason = found ? `${found.name} ${found.version} does not export it` : `it is not in ${where} or above`
  throw new FiresteelError('FS_CLOSURE_MODULE_MISSING', { specifier, reason })
}

/** Imports what needs no looking for. */
export function importUrl(url: string, options?: ImportCallOptions): Promise<object> {
  return options?.with?.type === 'json' ? import(url, { with: { type: 'json' } }) : import(url)
}
