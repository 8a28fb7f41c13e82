import { createRequire, isBuiltin } from 'node:module'
import { ownUrl } from '../../common/index.js'
import { indexExports, type ModuleReference } from './module-reference.js'

const require = createRequire(ownUrl())
const index = new Map<object, ModuleReference>()
const indexed = new Set<string>()
let lastLength = -1

/** Ids of Node's own modules that this process has loaded; no other can be in a user's hands. */
function loadedModules(): string[] {
  const list = (process as unknown as { moduleLoadList?: string[] }).moduleLoadList
  if (!list) return ['path', 'url', 'util', 'fs', 'fs/promises', 'os', 'events', 'buffer', 'crypto', 'zlib', 'stream']
  if (list.length === lastLength) return []
  lastLength = list.length
  return list.filter((entry) => entry.startsWith('NativeModule ')).map((entry) => entry.slice(13))
}

function refresh(): void {
  for (const id of loadedModules()) {
    if (indexed.has(id) || id.startsWith('internal/') || id.startsWith('_') || id === 'sys' || id === 'punycode')
      continue
    indexed.add(id)
    const specifier = `node:${id}`
    if (!isBuiltin(specifier)) continue
    const exported: unknown = require(specifier)
    if (exported === null || (typeof exported !== 'object' && typeof exported !== 'function')) continue
    indexExports(index, { format: 'builtin', specifier }, exported, { overwrite: true })
  }
}

/** Finds a value of one of Node's own modules: the module itself, or something it exports. */
export function builtinReference(value: object): ModuleReference | undefined {
  refresh()
  return index.get(value)
}
