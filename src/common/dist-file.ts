import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FiresteelError } from './errors/index.js'

/** Exists in CommonJS only. */
declare const __filename: string

let root: string | undefined

/** URL of the file that this code is in. @throws FS_CONTEXT_BUNDLED in a bundle of CommonJS, which has no URL */
export function ownUrl(): string {
  const url: string | undefined = import.meta.url
  if (url === undefined) throw new FiresteelError('FS_CONTEXT_BUNDLED', { file: __filename })
  return url
}

/**
 * The folder of the installed package, found from this file upwards: the same from dist/, from src/ and from an installed copy.
 * @throws FS_CONTEXT_BUNDLED when this code has been put into a bundle elsewhere
 */
export function packageRoot(): string {
  if (root !== undefined) return root
  const file = fileURLToPath(ownUrl())
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'firesteel') {
      root = folder
      return folder
    }
    if (folder === dirname(folder)) throw new FiresteelError('FS_CONTEXT_BUNDLED', { file })
  }
}

/** Path of a compiled file in dist/. */
export function distFile(name: string): string {
  return join(packageRoot(), 'dist', name)
}
