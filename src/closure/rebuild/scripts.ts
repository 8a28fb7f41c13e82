import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { FiresteelError } from '../../common/errors/index.js'
import type { ImportCall } from '../closure.js'
import { ownLoader } from '../references/own-modules.js'
import { foldersToSearch, importFrom, importUrl, loadModule } from './modules.js'

/** What a function's script gets: the values of its variables by place, and what its text calls on. */
export interface Environment {
  [place: number]: unknown
  /** Set by the script, for variables that are filled in afterwards. */
  late?: () => void
  /** Set by a class's script: writes a private field. */
  setPrivate?: (target: object, name: string, value: unknown) => void
  /** True while private fields are being put on an object. */
  stamping: boolean
  /** The superclass of a class that had none, when its instances have to be stamped. */
  base: Function
  /** Takes the one method or accessor off an object literal. */
  member: (holder: object) => unknown
  dynamicImport?: (specifier: string, options?: ImportCallOptions) => Promise<object>
  importMeta?: object
}

/** Makes a function; its `this` becomes that of an arrow function. */
export type Factory = (this: unknown, environment: Environment) => Function

/** The text of a function and the place where the user wrote it. */
export interface ScriptPlace {
  readonly text: string
  readonly url: string
  readonly line: number
  readonly column: number
}

const cache = new Map<string, Factory>()
const cacheLimit = 10_000

/** Compiles a function's script; equal scripts of one place are compiled once. */
export function compile({ text, url, line, column }: ScriptPlace): Factory {
  const key = `${url}:${line}:${column}:${text}`
  let factory = cache.get(key)
  if (!factory) {
    const filename = url === '' ? 'firesteel:closure' : url
    factory = new Script(text, { filename, lineOffset: line, columnOffset: column }).runInThisContext() as Factory
    if (cache.size >= cacheLimit) cache.clear()
    cache.set(key, factory)
  }
  return factory
}

/** What the functions of a closure may import. */
export interface Outlook {
  /** A folder from which installed packages are looked for as well. */
  readonly moduleBase: string | undefined
  readonly imports: readonly ImportCall[]
}

/** A fresh environment for one function. */
export function environment(values: readonly unknown[], url: string, outlook: Outlook): Environment {
  function Base(): void {}
  Base.prototype = Object.prototype
  return {
    ...values,
    stamping: false,
    base: Base,
    member: takeMember,
    dynamicImport: (specifier, options) => importAs(specifier, url, { ...outlook, options }),
    importMeta: importMeta(url),
  }
}

function takeMember(holder: object): unknown {
  const [key] = Reflect.ownKeys(holder)
  const property = key === undefined ? undefined : Object.getOwnPropertyDescriptor(holder, key)
  return property?.value ?? property?.get ?? property?.set
}

/**
 * `import()` in a function means what it meant in its file: the package that the driver found. Of one that the driver did not know of, what
 * is found at the same place here, or among the receiver's packages.
 */
async function importAs(
  specifier: string,
  url: string,
  { moduleBase, imports, options }: Outlook & { readonly options?: ImportCallOptions },
): Promise<object> {
  const known = imports.find((call) => call.specifier === specifier && call.from === url)
  if (known !== undefined && options === undefined) return (await loadModule(known.module, moduleBase)).namespace
  const own = ownLoader(specifier)
  if (own !== undefined) return own()
  const isFile = url.startsWith('file:')
  const isVites = specifier.startsWith('/node_modules/') && !existsSync(specifier)
  if (/^\.{0,2}\//.test(specifier) && !isVites)
    return importUrl(isFile ? new URL(specifier, url).href : specifier, options)
  let failure: unknown
  for (const folder of foldersToSearch({ base: isFile ? url : undefined }, moduleBase)) {
    try {
      return await importFrom(specifier, folder, options)
    } catch (error) {
      if (!FiresteelError.is(error, 'FS_CLOSURE_MODULE_MISSING')) throw error
      failure ??= error
    }
  }
  throw failure
}

function importMeta(url: string): object {
  if (!url.startsWith('file:')) return { url }
  const filename = fileURLToPath(url)
  const resolve = (specifier: string): string =>
    /^\.{0,2}\//.test(specifier) ? new URL(specifier, url).href : createRequire(url).resolve(specifier)
  return { url, filename, dirname: dirname(filename), resolve }
}
