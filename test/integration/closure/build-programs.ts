import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Plugin } from 'esbuild'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const receiver = fileURLToPath(new URL('programs/receiver.ts', import.meta.url))
const casesFile = fileURLToPath(new URL('programs/cases.js', import.meta.url))

/** A temporary folder with Firesteel's closures and the programs of these tests, built as a user's program would be. */
export class BuiltPrograms {
  readonly folder = mkdtempSync(join(tmpdir(), 'firesteel-closure-'))
  readonly receiver = join(this.folder, 'receiver.mjs')
  readonly #library = join(this.folder, 'dist', 'closure.mjs')

  /** Builds the library and the receiving side. */
  async prepare(): Promise<void> {
    symlinkSync(join(repository, 'node_modules'), join(this.folder, 'node_modules'))
    await build({ ...this.#common, entryPoints: [join(repository, 'src/closure/index.ts')], outfile: this.#library })
    await this.program(receiver, 'receiver.mjs')
  }

  /** Builds a program into one file; the library stays outside of it. */
  async program(entry: string, file: string, options: BuildOptions = {}): Promise<string> {
    const outfile = join(this.folder, file)
    const plugins = [this.#libraryOutside, ...(options.plugins ?? [])]
    await build({ ...this.#common, ...options, entryPoints: [entry], outfile, plugins })
    return outfile
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  readonly #common: BuildOptions = {
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    target: 'node20.19',
    sourcemap: 'inline',
    logLevel: 'error',
  }

  readonly #libraryOutside: Plugin = {
    name: 'library-outside',
    setup: (hooks) => {
      hooks.onResolve({ filter: /src\/closure\/index\.js$/ }, () => ({ path: this.#library, external: true }))
    },
  }
}

/** Leaves the collection of cases outside of a bundle: it then runs as the plain JavaScript file that it is. */
export const casesOutside: Plugin = {
  name: 'cases-outside',
  setup: (hooks) => {
    hooks.onResolve({ filter: /\/cases\.js$/ }, () => ({ path: casesFile, external: true }))
  },
}
