import { isBuiltin } from 'node:module'
import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import { type InstalledPackage, packageName, packageOfFile } from '../../common/packages/index.js'
import type { PackageImport } from './bundle-inputs.js'
import { type ExtraModules, findExtraModule } from './extra-modules.js'
import { ownPackageUrl } from './own-package.js'

const resolvedHere = Symbol('resolved by this plugin')

/**
 * Decides what goes into a bundle that runs on another machine: the user's own files. Installed packages stay outside, imported by name, and
 * are told, so that they travel beside it; Firesteel itself is found where the bundle runs.
 */
export class PortablePlugin {
  readonly #extra: ExtraModules
  readonly #names = new Map<string, string>()

  constructor(extra: ExtraModules) {
    this.#extra = extra
  }

  /** The packages that the bundle imports, sorted by name. */
  get imports(): PackageImport[] {
    const all = [...this.#names].map(([name, root]): PackageImport => ({ name, root }))
    return all.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  plugin(): Plugin {
    return {
      name: 'firesteel-portable',
      setup: (build) => build.onResolve({ filter: /^[^./\\]/ }, (args) => this.#resolve(build, args)),
    }
  }

  async #resolve(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
    const { path, kind, importer, resolveDir, pluginData } = args
    if (kind === 'entry-point' || pluginData === resolvedHere) return undefined
    if (isBuiltin(path)) return { path, external: true }
    if (/^file:/i.test(path))
      return { errors: [{ text: `"${path}" is a file of this machine only; import it by a relative path` }] }
    if (/^[a-z][a-z0-9+.-]+:/i.test(path)) return { path, external: true }
    if (ownPackageUrl(path) !== undefined || Object.hasOwn(this.#extra.files, path)) return { path, external: true }
    const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: resolvedHere })
    if (found.errors.length > 0) {
      const url = findExtraModule(path, this.#extra)
      // What cannot be found is esbuild's to judge: in a try block it may be missing.
      return url === undefined ? undefined : this.#external(path, fileURLToPath(url))
    }
    return found.path.includes(`${sep}node_modules${sep}`) ? this.#external(path, found.path) : { path: found.path }
  }

  #external(specifier: string, file: string): OnResolveResult {
    const found = packageOfFile(file)
    if (found === undefined) return { errors: [{ text: `the package of "${specifier}" has no package.json` }] }
    const name = this.#nameOf(found)
    const asked = packageName(specifier)
    if (asked === found.name) return { path: `${name}${specifier.slice(asked.length)}`, external: true }
    // An alias of tsconfig.json or of package.json leads there: no import by the package's own name need exist.
    const inside = relative(found.root, file).split(sep).join('/')
    return { path: `./node_modules/${name}/${inside}`, external: true }
  }

  /** Of two packages of one name, which the files of a monorepo may well import, the second gets another name. */
  #nameOf({ name, root }: InstalledPackage): string {
    for (let count = 1; ; count++) {
      const candidate = count === 1 ? name : `${name}.${count}`
      const taken = this.#names.get(candidate)
      if (taken === undefined) this.#names.set(candidate, root)
      if (taken === undefined || taken === root) return candidate
    }
  }
}
