import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type InstalledPackage, packageName } from '../../common/packages/index.js'

/**
 * What an import finds in a package, by Node's rules (https://nodejs.org/api/esm.html#resolution-algorithm-specification).
 * Node itself only resolves for the module that asks, and here another one's place counts.
 */
type Target = string | null | readonly Target[] | { readonly [condition: string]: Target }

const conditions = new Set(['node', 'import', 'module-sync', 'default'])

/** The file that `specifier` names in an installed package; undefined when the package exports no such thing. */
export function resolveInPackage(specifier: string, { root }: InstalledPackage): string | undefined {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports?: Target; main?: string }
  const rest = specifier.slice(packageName(specifier).length)
  const subpath = `.${rest}`
  if (manifest.exports !== undefined && manifest.exports !== null) {
    const target = exported(manifest.exports, subpath)
    return target === undefined ? undefined : join(root, target)
  }
  if (rest !== '') return join(root, rest)
  const candidates = manifest.main ? [manifest.main, `${manifest.main}.js`, join(manifest.main, 'index.js')] : []
  return [...candidates, 'index.js'].map((one) => join(root, one)).find(isFile)
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile()

function exported(exports: Target, subpath: string): string | undefined {
  const isMap = typeof exports === 'object' && exports !== null && !Array.isArray(exports)
  const keys = isMap ? Object.keys(exports) : []
  if (!keys.some((key) => key.startsWith('.'))) return subpath === '.' ? pick(exports, '') : undefined
  const map = exports as Readonly<Record<string, Target>>
  const exact = map[subpath]
  if (exact !== undefined) return pick(exact, '')
  const patterns = keys.filter((key) => key.includes('*')).sort((a, b) => b.indexOf('*') - a.indexOf('*'))
  for (const pattern of patterns) {
    const [before, after] = pattern.split('*') as [string, string]
    if (!subpath.startsWith(before) || !subpath.endsWith(after) || subpath.length < pattern.length) continue
    return pick(map[pattern] as Target, subpath.slice(before.length, subpath.length - after.length))
  }
  return undefined
}

function pick(target: Target, star: string): string | undefined {
  if (target === null) return undefined
  if (typeof target === 'string') return target.replaceAll('*', star)
  if (Array.isArray(target)) return target.map((one: Target) => pick(one, star)).find((found) => found !== undefined)
  for (const [condition, next] of Object.entries(target)) {
    if (!conditions.has(condition)) continue
    const found = pick(next, star)
    if (found !== undefined) return found
  }
  return undefined
}
