// Runs a script under another major version of Node, taken from npm into a cache outside of the project.
// Usage: node .ci/with-node.js <major> <script> [arguments]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const [major, ...command] = process.argv.slice(2)
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'firesteel-ci', `node-${major}`)
// The package `node` is a script that installs this one; taken directly, no install script has to run.
const platform = process.platform === 'win32' ? 'win' : process.platform
const binary = `node-${platform}-${process.arch}`
const node = join(cache, 'node_modules', binary, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

if (!existsSync(node)) {
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, 'package.json'), '{ "private": true }\n')
  const install = ['install', '--no-audit', '--no-fund', '--loglevel=error', `${binary}@${major}`]
  const result = spawnSync('npm', install, { cwd: cache, stdio: 'inherit', shell: process.platform === 'win32' })
  if (result.status !== 0 || !existsSync(node)) {
    console.error(`with-node: npm ${install.join(' ')} did not bring Node ${major} (${node})`)
    process.exit(1)
  }
}
const result = spawnSync(node, command, { stdio: 'inherit' })
process.exit(result.status ?? 1)
