import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

let root: string | undefined

/** The folder of the installed package, found from this file upwards: the same from dist/, from src/ and from an installed copy. */
export function packageRoot(): string {
  if (root !== undefined) return root
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'firesteel') {
      root = folder
      return folder
    }
    if (folder === dirname(folder)) throw new Error('the package folder of firesteel was not found')
  }
}

/** Path of a compiled file in dist/. */
export function distFile(name: string): string {
  return join(packageRoot(), 'dist', name)
}
