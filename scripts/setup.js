// Brings a fresh clone to the point where it can run: dependencies, then the build. Each step says what it does, and a
// step that fails is named. Needs only Node and npm. Options: --if-missing leaves a finished build alone.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const ifMissing = process.argv.includes('--if-missing')

/** Prints to stderr, so that a program's own output stays clean. */
const say = (text) => process.stderr.write(`firesteel setup: ${text}\n`)

function step(title, command, args) {
  say(title)
  const onWindows = process.platform === 'win32'
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: onWindows })
  if (result.status === 0) return
  const isAbsent = result.error?.code === 'ENOENT'
  const why = isAbsent
    ? `${command} was not found on the PATH`
    : (result.error?.message ?? `exit code ${result.status ?? result.signal}`)
  say(`FAILED at "${title}" (${command} ${args.join(' ')}): ${why}`)
  process.exit(1)
}

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  say(`FAILED: Node ${process.versions.node} is too old; Firesteel needs Node 20.19 or later`)
  process.exit(1)
}

const lock = join(root, 'package-lock.json')
const installed = join(root, 'node_modules/.package-lock.json')
const wantsInstall = !existsSync(installed) || (!ifMissing && statSync(lock).mtimeMs > statSync(installed).mtimeMs)
if (wantsInstall) step('installing dependencies (npm ci)', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])

/** Newest modification time below a folder, in milliseconds. */
function newest(folder) {
  let latest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs)
  }
  return latest
}

const complete = join(root, 'dist/.complete')
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
const isBuilt =
  existsSync(complete) &&
  readFileSync(complete, 'utf8').trim() === version &&
  statSync(complete).mtimeMs > Math.max(newest(join(root, 'src')), statSync(join(root, 'scripts/build.js')).mtimeMs)
if (!isBuilt) step('building dist/ (esbuild, tsc)', process.execPath, [join(root, 'scripts/build.js')])
