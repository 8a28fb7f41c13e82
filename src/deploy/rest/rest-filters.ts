import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FiresteelError } from '../../common/errors/index.js'
import type { RestFilter } from './rest-server.js'

/**
 * The filter of each module that `spark.master.rest.filters` names, by path or package.
 *
 * @param folder where relative paths and packages are looked up
 * @throws FS_REST_FILTER when a module cannot be loaded or exports no function `filter`
 */
export function loadRestFilters(names: readonly string[], folder: string): Promise<RestFilter[]> {
  return Promise.all(names.map((name) => load(name, folder)))
}

async function load(name: string, folder: string): Promise<RestFilter> {
  try {
    const { filter } = (await import(urlOf(name, folder))) as { filter?: RestFilter }
    if (typeof filter !== 'function') throw new Error('it exports no function `filter`')
    return filter
  } catch (cause) {
    throw new FiresteelError('FS_REST_FILTER', { name, problem: (cause as Error).message }, { cause })
  }
}

function urlOf(name: string, folder: string): string {
  if (name.startsWith('file:')) return name
  const isPath = /^[./]|^[A-Za-z]:[\\/]|\.[cm]?js$/.test(name)
  const path = isPath ? resolve(folder, name) : createRequire(join(folder, 'filters.js')).resolve(name)
  return pathToFileURL(path).href
}
