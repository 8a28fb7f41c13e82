import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { findPackage, type InstalledPackage } from './installed-package.js'

/** An installed package and what its imports find. */
export interface PackageNode {
  /** `@scope+name@1.2.3`; of several installed copies of one version the later ones get `_2` and so on. Fit for a folder's name. */
  readonly key: string
  readonly name: string
  readonly version: string
  /** Real path. */
  readonly root: string
  /** Name -> what an import of it finds. */
  readonly dependencies: ReadonlyMap<string, PackageNode>
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, unknown>>
  readonly optionalDependencies?: Readonly<Record<string, unknown>>
  readonly peerDependencies?: Readonly<Record<string, unknown>>
}

/**
 * Packages with all that they depend on, as they are installed: each dependency is the one that Node finds from the package's own folder, so
 * the versions are those of the lockfile by which they were installed.
 */
export class PackageGraph {
  readonly #byRoot = new Map<string, PackageNode>()
  readonly #keys = new Map<string, number>()
  readonly #without: ReadonlySet<string>

  /** @param without names of packages that do not travel: they are found where the code runs */
  constructor(without: readonly string[] = []) {
    this.#without = new Set(without)
  }

  /** All packages so far, in the order in which they were found. */
  get nodes(): PackageNode[] {
    return [...this.#byRoot.values()]
  }

  /** Adds a package and all that it depends on. Equal orders of additions give equal keys. */
  add({ name, version, root }: InstalledPackage): PackageNode {
    const real = realpathSync(root)
    const known = this.#byRoot.get(real)
    if (known !== undefined) return known
    const dependencies = new Map<string, PackageNode>()
    const node: PackageNode = { key: this.#newKey(name, version), name, version, root: real, dependencies }
    this.#byRoot.set(real, node)
    for (const dependency of dependenciesOf(real)) {
      if (this.#without.has(dependency)) continue
      const found = findPackage(dependency, real)
      // One that is optional, or a peer, need not be installed; one that is missed by mistake is missed when it is imported.
      if (found !== undefined) dependencies.set(dependency, this.add(found))
    }
    return node
  }

  #newKey(name: string, version: string): string {
    const base = packageKey(name, version)
    const count = (this.#keys.get(base) ?? 0) + 1
    this.#keys.set(base, count)
    return count === 1 ? base : `${base}_${count}`
  }
}

/*
 * How packages lie where they were sent to. Each has a folder of its own, in which nothing but its name, version and content counts, so that
 * it is the same for every application; links make of them what imports find:
 *   node_modules/.firesteel/<key>/node_modules/<name>              the package
 *   node_modules/.firesteel/<key>/node_modules/<dependency>        -> ../../<its key>/node_modules/<dependency>
 *   node_modules/<name>                                            -> .firesteel/<key>/node_modules/<name>, for what the application imports
 */

/** The key of the first installed copy of a version. */
export function packageKey(name: string, version: string): string {
  return `${name.replace('/', '+')}@${version.replace(/[^\w.+-]/g, '_')}`
}

/** Where a package lies, relative to the folder that has the node_modules. */
export function packageFolder({ key, name }: Pick<PackageNode, 'key' | 'name'>): string {
  return `node_modules/.firesteel/${key}/node_modules/${name}`
}

/** Links of a package to its dependencies, as path -> target; the target is relative to the link's folder. */
export function packageLinks({ key, name, dependencies }: PackageNode): [path: string, target: string][] {
  return [...dependencies].flatMap(([dependency, node]): [string, string][] => {
    // A package that depends on its own name gets itself, as where it was installed.
    if (dependency === name) return []
    const up = dependency.includes('/') ? '../../..' : '../..'
    const target = `${up}/${node.key}/node_modules/${node.name}`
    return [[`node_modules/.firesteel/${key}/node_modules/${dependency}`, target]]
  })
}

function dependenciesOf(root: string): string[] {
  let manifest: Manifest
  try {
    manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
  } catch {
    return []
  }
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  const names = [dependencies, optionalDependencies, peerDependencies].flatMap((part) => Object.keys(part ?? {}))
  return [...new Set(names)].sort()
}
