import { existsSync, mkdirSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { Application } from './application.js'
import { buildModule } from './build-module.js'
import { configurationOf, type PackageImport, recordBundle, unchangedBundle } from './bundle-inputs.js'
import { cacheFolder, hashOf, writeWhole } from './cache-folder.js'
import type { ExtraModules } from './extra-modules.js'
import { PortablePlugin } from './portable-plugin.js'

/** Changes when bundles of an older version must not be used again. */
const bundleFormat = 'portable 1'

/** A module that runs on any machine that has Firesteel and, beside it, these packages. */
export interface PortableBundle {
  /** Absolute path, whose last part is the application's name. */
  readonly path: string
  readonly imports: readonly PackageImport[]
}

/** What code of CommonJS finds around itself; each file of the bundle is where the bundle is. */
const surroundings =
  "import { createRequire as __firesteel_createRequire } from 'node:module'; " +
  "import { fileURLToPath as __firesteel_fileURLToPath } from 'node:url'; " +
  'const require = __firesteel_createRequire(import.meta.url); ' +
  'const __firesteel_filename = __firesteel_fileURLToPath(import.meta.url); ' +
  "const __firesteel_dirname = __firesteel_fileURLToPath(new URL('.', import.meta.url));"

/**
 * Bundles an application, TypeScript or JavaScript, for another machine. A second one of unchanged files finds the first and loads no
 * compiler. Nothing in it depends on where it was made: equal sources give equal bytes.
 *
 * @throws FS_SUBMIT_NO_ESBUILD, FS_SUBMIT_BUNDLE
 */
export async function bundlePortably(application: Application, extra: ExtraModules): Promise<PortableBundle> {
  const folder = cacheFolder('portable-apps')
  const { entry } = application
  const recordPath = join(folder, `${hashOf(bundleFormat, entry, JSON.stringify(extra))}.json`)
  const earlier = unchangedBundle(recordPath)
  if (earlier !== undefined) return { path: earlier.output, imports: earlier.imports }

  const portable = new PortablePlugin(extra)
  const { code, inputs } = await buildModule(application, {
    outfile: join(dirname(entry), 'bundle.mjs'),
    plugin: portable.plugin(),
    define: { __filename: '__firesteel_filename', __dirname: '__firesteel_dirname' },
    banner: surroundings,
  })
  const path = join(folder, hashOf(code), `${basename(entry, extname(entry))}.mjs`)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  if (!existsSync(path)) writeWhole(path, code)
  const { imports } = portable
  const manifests = imports.map(({ root }) => join(root, 'package.json'))
  recordBundle(recordPath, path, { inputs: [...inputs, ...configurationOf(entry), ...manifests], imports })
  return { path, imports }
}
