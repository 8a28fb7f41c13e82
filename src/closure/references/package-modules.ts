import { createRequire, isBuiltin } from 'node:module'
import { relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ownUrl } from '../../common/index.js'
import { findPackage, packageOfFile } from '../../common/packages/index.js'
import type { ModuleRef } from '../closure.js'
import { indexExports, type ModuleReference } from './module-reference.js'

const require = createRequire(ownUrl())
const index = new Map<object, ModuleReference>()
const indexed = new Set<string>()

/** How an installed file travels: by its package and its path inside of it. */
function fileReference(file: string, format: 'import' | 'require'): ModuleRef | undefined {
  const found = packageOfFile(file)
  if (!found) return undefined
  const path = relative(found.root, file).split(sep).join('/')
  const base = pathToFileURL(file).href
  return { format, specifier: `${found.name}/${path}`, package: found.name, version: found.version, path, base }
}

/** Indexes the CommonJS modules of installed packages that were loaded since the last look. */
function refresh(): void {
  for (const file of Object.keys(require.cache)) {
    if (indexed.has(file)) continue
    const loaded = require.cache[file]
    if (!loaded?.loaded) continue
    indexed.add(file)
    const exported: unknown = loaded.exports
    if (exported === null || (typeof exported !== 'object' && typeof exported !== 'function')) continue
    const module = fileReference(file, 'require')
    if (module) indexExports(index, module, exported)
  }
}

/** Finds a value of an installed CommonJS module, or of an ES module that was indexed before. */
export function packageReference(value: object): ModuleReference | undefined {
  refresh()
  return index.get(value)
}

/** Finds a function of an installed ES module by the URL of its script. */
export function packageReferenceByScript(value: object, url: string): ModuleReference | undefined {
  const file = installedFile(url)
  if (!file) return undefined
  if (!indexed.has(file)) {
    indexed.add(file)
    const module = fileReference(file, 'import')
    const namespace = module && loadedNamespace(file)
    if (module && namespace) indexExports(index, module, namespace)
  }
  return index.get(value)
}

/** The path of a script in an installed package. */
export function installedFile(url: string): string | undefined {
  if (!url.startsWith('file:') || !url.includes('/node_modules/')) return undefined
  try {
    return fileURLToPath(url.replace(/[?#].*$/, ''))
  } catch {
    return undefined
  }
}

/** An ES module that has been imported can be had synchronously, unless it awaits at its top level. */
function loadedNamespace(file: string): object | undefined {
  if (!(process.features as { require_module?: boolean }).require_module) return undefined
  try {
    const found: unknown = createRequire(file)(file)
    return typeof found === 'object' && found !== null ? found : undefined
  } catch {
    return undefined
  }
}

/** What it exports travels as Firesteel's own, wherever the program found it: every process has it. */
const ownPackage = 'firesteel'

/**
 * How an import of an installed module travels, by a bare specifier or by its file; undefined for the user's own modules.
 * Node's own are found by identity.
 */
export function importReference(specifier: string, scriptUrl: string): ModuleRef | undefined {
  if (isBuiltin(specifier)) return undefined
  if (specifier.startsWith('file:') || specifier.startsWith('/')) {
    const file = specifier.startsWith('/') ? specifier : installedFile(specifier)
    const reference = file === undefined ? undefined : fileReference(file, 'import')
    return reference?.package === ownPackage ? undefined : reference
  }
  if (specifier.startsWith('.') || specifier.startsWith('#') || !scriptUrl.startsWith('file:')) return undefined
  const found = findPackage(specifier, fileURLToPath(new URL('.', scriptUrl)))
  if (!found || found.name === ownPackage) return undefined
  return { format: 'import', specifier, package: found.name, version: found.version, base: scriptUrl }
}
