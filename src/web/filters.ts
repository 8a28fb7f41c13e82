import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { MiddlewareHandler } from 'hono'
import { FiresteelError } from '../common/errors/index.js'
import type { WebEnv } from './web-env.js'

/** What a module of `spark.ui.filters` or `spark.master.rest.filters` exports as `filter`. */
export type WebFilter = MiddlewareHandler<WebEnv>

/**
 * The filters of these modules, in order.
 *
 * @param key the setting that names them, for the error
 * @param folder where relative paths and packages are looked up
 * @throws FS_WEB_FILTER
 */
export function loadFilters(
  names: readonly string[],
  key: string,
  { folder }: { folder: string },
): Promise<WebFilter[]> {
  return Promise.all(names.map((name) => load(name, key, folder)))
}

async function load(name: string, key: string, folder: string): Promise<WebFilter> {
  try {
    const { filter } = (await import(urlOf(name, folder))) as { filter?: unknown }
    if (typeof filter !== 'function') throw new Error('it has no exported function `filter`')
    return filter as WebFilter
  } catch (cause) {
    const isJava = /^(?:org|com|net|io|javax?)\.[\w.]+\.[A-Z]\w*$/.test(name)
    const problem = isJava ? 'it is the name of a Java class' : (cause as Error).message
    throw new FiresteelError('FS_WEB_FILTER', { name, key, problem }, { cause })
  }
}

function urlOf(name: string, folder: string): string {
  if (name.startsWith('file:')) return name
  const isPath = /^[./]|^[A-Za-z]:[\\/]|\.[cm]?js$/.test(name)
  const path = isPath ? resolve(folder, name) : createRequire(join(folder, 'filters.js')).resolve(name)
  return pathToFileURL(path).href
}
