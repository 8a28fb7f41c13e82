import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type CommandOptions, type CommandResult, firesteel, root, run } from './run-command.js'

/** A user's project in a folder of its own, in which `firesteel` is installed; temporary files of what runs there are below it. */
export class TempProject {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'firesteel-project-')))
  readonly temporary = join(this.folder, 'tmp')

  constructor() {
    mkdirSync(join(this.folder, 'node_modules'))
    mkdirSync(this.temporary)
    symlinkSync(root, join(this.folder, 'node_modules/firesteel'), 'junction')
    this.write('package.json', '{ "name": "project", "version": "1.0.0", "type": "module", "main": "app.ts" }')
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Writes a file; returns its path. */
  write(name: string, text: string): string {
    const path = this.path(name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  /** Runs this Node, or the program given, in the project. */
  run(args: readonly string[], options: CommandOptions & { readonly program?: string } = {}): Promise<CommandResult> {
    return run(options.program ?? process.execPath, args, this.#inside(options))
  }

  /** Runs a `firesteel` command in the project. */
  firesteel(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return firesteel(args, this.#inside(options))
  }

  /** A tool of this repository's own node_modules. */
  static tool(path: string): string {
    return join(root, 'node_modules', path)
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }

  #inside(options: CommandOptions): CommandOptions {
    return { cwd: this.folder, ...options, env: { TMPDIR: this.temporary, ...options.env } }
  }
}
