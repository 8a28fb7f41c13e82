// Writes docs/configuration.md from the registry of settings and docs/errors.md from the table of errors.
// With --check it writes nothing and fails when a page is not what it would write.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { configurationPage } from './docs/configuration-page.js'
import { errorsPage } from './docs/errors-page.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Loads the tables from their TypeScript source, so that the pages follow it without a build. */
async function loadTables() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'scripts/docs/tables.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

const tables = await loadTables()
const pages = {
  'docs/configuration.md': configurationPage(tables),
  'docs/errors.md': errorsPage(tables.errors),
}

const isCheck = process.argv.includes('--check')
let stale = 0
for (const [name, text] of Object.entries(pages)) {
  const path = join(root, name)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  if (isCheck) {
    stale++
    console.error(`${name} is stale; run npm run docs`)
    continue
  }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  console.log(`${name} written`)
}
if (stale > 0) process.exit(1)
