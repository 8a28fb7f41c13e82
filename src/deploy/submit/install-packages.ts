import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FiresteelError } from '../../common/errors/index.js'
import { cacheFolder, hashOf } from './cache-folder.js'

export interface InstallOptions {
  /** Names to leave out after the installation. */
  readonly excluded?: readonly string[]
  /** Registry to ask instead of the one npm is set up with. */
  readonly registry?: string
}

/**
 * Installs packages into a folder of their own, kept for the next submit. No install script runs.
 *
 * @param specs what npm installs: `name@version`, or the absolute path of a tarball
 * @returns the folder, whose node_modules holds them
 * @throws FS_SUBMIT_PACKAGES with npm's own words
 */
export async function installPackages(specs: readonly string[], options: InstallOptions = {}): Promise<string> {
  const { excluded = [], registry } = options
  const folder = join(cacheFolder('packages'), hashOf(...specs.map(contentOf), '-', ...excluded, registry ?? ''))
  if (existsSync(join(folder, '.complete'))) return folder

  const draft = mkdtempSync(`${folder}-`)
  writeFileSync(join(draft, 'package.json'), '{ "private": true }\n')
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', draft]
  if (registry !== undefined) flags.push(`--registry=${registry}`)
  await npm(['install', ...flags, '--', ...specs], specs)
  for (const name of excluded) rmSync(join(draft, 'node_modules', name), { recursive: true, force: true })
  writeFileSync(join(draft, '.complete'), '')
  return keep(draft, folder)
}

/** Gives a finished folder its name; another submit may have been faster, then its folder is as good. */
function keep(draft: string, folder: string): string {
  try {
    renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(join(folder, '.complete'))) throw error
  }
  return folder
}

/** Folder of the one package that was installed by name of its tarball. */
export function installedPackage(folder: string): string {
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  return join(folder, 'node_modules', Object.keys(dependencies)[0]!)
}

/** A tarball is known by its bytes, any other package by its name and version. */
function contentOf(spec: string): string | Uint8Array {
  return existsSync(spec) ? readFileSync(spec) : spec
}

function npm(args: readonly string[], specs: readonly string[]): Promise<void> {
  const fail = (reason: string) => new FiresteelError('FS_SUBMIT_PACKAGES', { what: specs.join(', '), reason })
  return new Promise((resolve, reject) => {
    const [command, ...first] = npmCommand()
    const child = spawn(command, [...first, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let words = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words += text
    })
    child.on('error', (cause) => reject(fail(`npm could not be started (${cause.message})`)))
    child.on('close', (code) => (code === 0 ? resolve() : reject(fail(words.trim() || `npm ended with ${code}`))))
  })
}

/** On Windows npm is a batch file, which only a shell could start; the script behind it needs none. */
function npmCommand(): [string, ...string[]] {
  if (process.platform !== 'win32') return ['npm']
  return [process.execPath, join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js')]
}
