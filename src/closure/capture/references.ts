import { types } from 'node:util'
import { builtinReference } from '../references/builtin-modules.js'
import { intrinsicPath, singletonPath } from '../references/intrinsics.js'
import type { ModuleReference } from '../references/module-reference.js'
import { ownReference } from '../references/own-modules.js'
import { packageReference } from '../references/package-modules.js'
import type { Graph } from './graph.js'

/** Marks a reference that is a path from the global object. */
export const globalModule = { format: 'builtin', specifier: '' } as const

/** How an object travels by name, if it does. */
export function referenceOf(graph: Graph, value: object): ModuleReference | undefined {
  const singleton = singletonPath(value)
  if (singleton) return { module: globalModule, path: singleton }
  const found = graph.imported.get(value) ?? ownReference(value) ?? builtinReference(value) ?? packageReference(value)
  if (found) return found
  if (types.isModuleNamespaceObject(value)) return namespaceReference(graph, value)
  return undefined
}

/** The namespace of a module that exports itself as `default`, as Node's own and CommonJS ones do. */
function namespaceReference(graph: Graph, namespace: object): ModuleReference | undefined {
  const main: unknown = Reflect.get(namespace, 'default')
  if (main === null || (typeof main !== 'object' && typeof main !== 'function')) return undefined
  const found = referenceOf(graph, main)
  if (!found || found.path.length > 0 || found.module.format === 'import') return undefined
  return { module: found.module, path: ['*'] }
}

/** How an intrinsic travels: a native function, or an object that every process has. */
export function intrinsicReference(value: object): ModuleReference | undefined {
  const path = intrinsicPath(value)
  return path && { module: globalModule, path }
}
