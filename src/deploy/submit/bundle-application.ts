import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Application } from './application.js'
import { buildModule } from './build-module.js'
import { configurationOf, recordBundle, unchangedBundle } from './bundle-inputs.js'
import { bundlePlugin, metaNames } from './bundle-plugin.js'
import { cacheFolder, hashOf, writeWhole } from './cache-folder.js'
import type { ExtraModules } from './extra-modules.js'
import { ownPackageUrl } from './own-package.js'

/** Changes when bundles of an older version must not be used again. */
const bundleFormat = '1'

/**
 * Bundles a TypeScript application and the files it imports into one module for this machine, named by its content. A second submit of
 * unchanged files finds the first one's bundle and loads no compiler.
 *
 * @returns absolute path of the bundle
 * @throws FS_SUBMIT_NO_ESBUILD, FS_SUBMIT_BUNDLE
 */
export async function bundleApplication(application: Application, extra: ExtraModules): Promise<string> {
  const folder = cacheFolder('apps')
  const key = hashOf(bundleFormat, application.entry, ownPackageUrl('firesteel')!, JSON.stringify(extra))
  const recordPath = join(folder, `${key}.json`)
  const earlier = unchangedBundle(recordPath)
  if (earlier !== undefined) return earlier.output

  const { code, inputs } = await buildModule(application, {
    outfile: join(folder, 'bundle.mjs'),
    plugin: bundlePlugin(extra),
    define: metaNames,
    banner: requireBanner(application.entry),
  })
  const output = join(folder, `${hashOf(code)}.mjs`)
  if (!existsSync(output)) writeWhole(output, code)
  recordBundle(recordPath, output, { inputs: [...inputs, ...configurationOf(application.entry)] })
  return output
}

/** Lets bundled code that calls `require` find packages as from the application's own place. */
function requireBanner(entry: string): string {
  return `import { createRequire as __firesteel_createRequire } from 'node:module'; const require = __firesteel_createRequire(${JSON.stringify(entry)});`
}
