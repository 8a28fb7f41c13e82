import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * URL of a module that a setting names: a `file:` URL, a path, or a package.
 *
 * @param folder where relative paths and packages are looked up
 * @throws Node's own error when there is no such package
 */
export function moduleUrl(name: string, folder: string): string {
  if (name.startsWith('file:')) return name
  const isPath = /^[./]|^[A-Za-z]:[\\/]|\.[cm]?js$/.test(name)
  const path = isPath ? resolve(folder, name) : createRequire(join(folder, 'index.js')).resolve(name)
  return pathToFileURL(path).href
}
