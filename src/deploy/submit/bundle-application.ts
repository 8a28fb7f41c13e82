import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { BuildFailure, BuildResult } from 'esbuild'
import { FiresteelError } from '../../common/errors/index.js'
import type { Application } from './application.js'
import { configurationOf, recordBundle, unchangedBundle } from './bundle-inputs.js'
import { bundlePlugin, metaNames } from './bundle-plugin.js'
import { cacheFolder, hashOf, writeWhole } from './cache-folder.js'
import type { ExtraModules } from './extra-modules.js'
import { ownPackageUrl } from './own-package.js'

type Esbuild = typeof import('esbuild')

/** Changes when bundles of an older version must not be used again. */
const bundleFormat = '1'

/**
 * Bundles a TypeScript application and the files it imports into one module, named by its content, with its source map inside. A second
 * submit of unchanged files finds the first one's bundle and loads no compiler.
 *
 * @returns absolute path of the bundle
 * @throws FS_SUBMIT_NO_ESBUILD, FS_SUBMIT_BUNDLE
 */
export async function bundleApplication(application: Application, extra: ExtraModules): Promise<string> {
  const folder = cacheFolder('apps')
  const key = hashOf(bundleFormat, application.entry, ownPackageUrl('firesteel')!, JSON.stringify(extra))
  const recordPath = join(folder, `${key}.json`)
  const earlier = unchangedBundle(recordPath)
  if (earlier !== undefined) return earlier

  const { code, inputs } = await build(application, { extra, folder })
  const output = join(folder, `${hashOf(code)}.mjs`)
  if (!existsSync(output)) writeWhole(output, code)
  recordBundle(recordPath, output, [...inputs, ...configurationOf(application.entry)])
  return output
}

interface BuildOptions {
  readonly extra: ExtraModules
  /** Where the bundle will lie; paths in its source map are relative to it. */
  readonly folder: string
}

async function build(
  application: Application,
  { extra, folder }: BuildOptions,
): Promise<{ code: Uint8Array; inputs: string[] }> {
  const esbuild = await loadEsbuild(application)
  const workingDir = dirname(application.entry)
  try {
    const result = await esbuild.build({
      absWorkingDir: workingDir,
      entryPoints: [application.entry],
      outfile: join(folder, 'bundle.mjs'),
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      conditions: ['node-addons'],
      mainFields: ['main', 'module'],
      sourcemap: 'inline',
      sourcesContent: true,
      keepNames: false,
      legalComments: 'none',
      define: metaNames,
      banner: { js: requireBanner(application.entry) },
      plugins: [bundlePlugin(extra)],
      logLevel: 'silent',
    })
    return { code: result.outputFiles[0]!.contents, inputs: inputsOf(result, workingDir) }
  } catch (cause) {
    const { errors = [] } = cause as Partial<BuildFailure>
    if (errors.length === 0) throw cause
    const bare = errors.map(({ text, location }) => ({ text, location }))
    const problems = (await esbuild.formatMessages(bare, { kind: 'error' })).join('\n').trimEnd()
    throw new FiresteelError('FS_SUBMIT_BUNDLE', { path: application.given, problems })
  } finally {
    await esbuild.stop()
  }
}

/** Lets bundled code that calls `require` find packages as from the application's own place. */
function requireBanner(entry: string): string {
  return `import { createRequire as __firesteel_createRequire } from 'node:module'; const require = __firesteel_createRequire(${JSON.stringify(entry)});`
}

function inputsOf(result: BuildResult<{ metafile: true }>, workingDir: string): string[] {
  return Object.keys(result.metafile.inputs)
    .filter((input) => !input.startsWith('<'))
    .map((input) => resolve(workingDir, input))
}

async function loadEsbuild(application: Application): Promise<Esbuild> {
  try {
    return await import('esbuild')
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0]
    throw new FiresteelError('FS_SUBMIT_NO_ESBUILD', { path: application.given, reason }, { cause })
  }
}
