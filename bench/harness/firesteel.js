import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { folders } from './folders.js'

/** Lets the launcher install and build what a fresh clone lacks, so that no run pays for it; warns of a stale build. */
export function setUpFiresteel(log) {
  execFileSync(join(folders.root, 'bin/spark-submit'), ['--version'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const built = join(folders.root, 'dist/.complete')
  if (!existsSync(built)) return
  const builtAt = statSync(built).mtimeMs
  const source = join(folders.root, 'src')
  const newer = readdirSync(source, { recursive: true }).find(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && statSync(join(source, name)).mtimeMs > builtAt,
  )
  if (newer !== undefined) log(`note: dist/ is older than src/${newer}; \`npm run build\` brings it up to date`)
}
