import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** An installed package, found by one of its files or by its name. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly root: string
}

const byRoot = new Map<string, InstalledPackage | undefined>()
const marker = `${sep}node_modules${sep}`

/** The package that a file below node_modules belongs to. */
export function packageOfFile(file: string): InstalledPackage | undefined {
  const at = file.lastIndexOf(marker)
  if (at < 0) return undefined
  const rest = file.slice(at + marker.length).split(sep)
  const name = rest[0]?.startsWith('@') ? rest.slice(0, 2).join('/') : (rest[0] ?? '')
  return packageAt(join(file.slice(0, at + marker.length), name), name)
}

/** The package that an import of `specifier` from the folder `from` finds. */
export function findPackage(specifier: string, from: string): InstalledPackage | undefined {
  const name = packageName(specifier)
  for (let folder = from; ; folder = dirname(folder)) {
    const found = packageAt(join(folder, 'node_modules', name), name)
    if (found) return found
    if (dirname(folder) === folder) return undefined
  }
}

/** The package of this name that the module at a `file:` URL finds; its own package has its own name. */
export function packageSeenFrom(name: string, url: string): InstalledPackage | undefined {
  if (!url.startsWith('file:')) return undefined
  const file = fileURLToPath(url)
  const own = packageOfFile(file)
  return own?.name === name ? own : findPackage(name, dirname(file))
}

/** `@scope/name/sub` -> `@scope/name` */
export function packageName(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier)
}

function packageAt(root: string, name: string): InstalledPackage | undefined {
  if (byRoot.has(root)) return byRoot.get(root)
  const found = readPackage(root, name)
  if (found) byRoot.set(root, found)
  return found
}

/** The package of this name in a folder, as it is now. */
export function readPackage(root: string, name: string): InstalledPackage | undefined {
  const manifest = join(root, 'package.json')
  if (!existsSync(manifest)) return undefined
  try {
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: unknown }
    return { name, version: typeof version === 'string' ? version : '0.0.0', root }
  } catch {
    return undefined
  }
}
