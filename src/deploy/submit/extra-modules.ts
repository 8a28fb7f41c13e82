import { createRequire } from 'node:module'
import { basename, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Modules that the application may import by name besides its own: from `--jars` and `--packages`. */
export interface ExtraModules {
  /** Name of a single file, without its suffix -> absolute path. */
  readonly files: Readonly<Record<string, string>>
  /** Folders whose node_modules holds installed packages. */
  readonly folders: readonly string[]
}

/** The single files of `--jars`, by the name they are imported by. */
export function moduleFiles(jars: readonly string[]): Record<string, string> {
  const files = jars.filter((jar) => /\.[cm]?js$/.test(jar))
  return Object.fromEntries(files.map((file) => [basename(file, extname(file)), resolve(file)]))
}

/** URL of an extra module, or undefined when none has this name. */
export function findExtraModule(specifier: string, extra: ExtraModules): string | undefined {
  const file = Object.hasOwn(extra.files, specifier) ? extra.files[specifier] : undefined
  if (file !== undefined) return pathToFileURL(file).href
  for (const folder of extra.folders) {
    try {
      return pathToFileURL(createRequire(join(folder, 'index.js')).resolve(specifier)).href
    } catch {
      // not in this folder: the next may have it
    }
  }
  return undefined
}
