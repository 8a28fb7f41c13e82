import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, extname, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Loader, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import { type ExtraModules, findExtraModule } from './extra-modules.js'
import { ownPackageUrl } from './own-package.js'

const resolvedHere = Symbol('resolved by this plugin')

/**
 * Decides what goes into an application's bundle: the user's own files. Installed packages stay outside, imported by absolute URL,
 * so that the bundle can lie anywhere and every process loads the same file of a package.
 */
export function bundlePlugin(extra: ExtraModules): Plugin {
  return {
    name: 'firesteel',
    setup(build) {
      build.onResolve({ filter: /^[^./\\]/ }, (args) => resolveBare(build, args, extra))
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, ({ path }) => loadWithOwnMeta(path))
    },
  }
}

/** An import by a package's name, an alias of tsconfig.json, a built-in module or a URL. */
async function resolveBare(
  build: PluginBuild,
  args: OnResolveArgs,
  extra: ExtraModules,
): Promise<OnResolveResult | undefined> {
  const { path, kind, importer, resolveDir, pluginData } = args
  if (kind === 'entry-point' || pluginData === resolvedHere) return undefined
  if (isBuiltin(path) || /^[a-z][a-z0-9+.-]+:/i.test(path)) return { path, external: true }
  const own = ownPackageUrl(path)
  if (own !== undefined) return { path: own, external: true }
  const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: resolvedHere })
  if (found.errors.length > 0) {
    const url = findExtraModule(path, extra)
    // What cannot be found is esbuild's to judge: in a try block it may be missing.
    return url === undefined ? undefined : { path: url, external: true }
  }
  if (!found.path.includes(`${sep}node_modules${sep}`)) return { path: found.path }
  return { path: kind === 'require-call' ? found.path : pathToFileURL(found.path).href, external: true }
}

/** Names that stand for `import.meta.*` in bundled code; each file that uses them gets its own values. */
export const metaNames = {
  'import.meta.url': '__firesteel_url',
  'import.meta.dirname': '__firesteel_dirname',
  'import.meta.filename': '__firesteel_filename',
} as const

const loaders: Record<string, Loader> = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx', '.jsx': 'jsx' }

/** Keeps what a file knows about its own place: constants before its first statement, on the same line, so that line numbers hold. */
async function loadWithOwnMeta(path: string): Promise<{ contents: string; loader: Loader } | undefined> {
  const source = await readFile(path, 'utf8')
  if (!source.includes('import.meta')) return undefined
  const values = [pathToFileURL(path).href, dirname(path), path]
  const constants = Object.values(metaNames).map((name, at) => `const ${name} = ${JSON.stringify(values[at])};`)
  const [, hashbang = '', body = source] = /^(#![^\n]*\n)?(.*)$/s.exec(source) ?? []
  return { contents: `${hashbang}${constants.join(' ')} ${body}`, loader: loaders[extname(path)] ?? 'js' }
}
