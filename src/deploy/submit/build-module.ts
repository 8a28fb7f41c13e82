import { dirname, resolve } from 'node:path'
import type { BuildFailure, BuildResult, Plugin } from 'esbuild'
import { FiresteelError } from '../../common/errors/index.js'
import type { Application } from './application.js'

type Esbuild = typeof import('esbuild')

/** How bundles differ. */
export interface BuildModuleOptions {
  /** Path that the bundle is thought to have; those in its source map are relative to it. */
  readonly outfile: string
  readonly plugin: Plugin
  readonly define: Readonly<Record<string, string>>
  /** Code before all other, on one line. */
  readonly banner: string
}

/** A bundle and the files that it was made of. */
export interface BuiltModule {
  readonly code: Uint8Array
  readonly inputs: readonly string[]
}

/**
 * Puts an application and the files that it imports into one ES module, with its source map inside.
 *
 * @throws FS_SUBMIT_NO_ESBUILD, FS_SUBMIT_BUNDLE
 */
export async function buildModule(application: Application, options: BuildModuleOptions): Promise<BuiltModule> {
  const { outfile, plugin, define, banner } = options
  const esbuild = await loadEsbuild(application)
  const workingDir = dirname(application.entry)
  try {
    const result = await esbuild.build({
      absWorkingDir: workingDir,
      entryPoints: [application.entry],
      outfile,
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
      define: { ...define },
      banner: { js: banner },
      plugins: [plugin],
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
