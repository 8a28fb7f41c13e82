// Builds dist/: the JavaScript bundles (esbuild, shared code split into chunks) and the type declarations (tsc).
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Name in dist/ -> entry point. Threads and executor processes load these files, never a `.ts`. */
const entryPoints = {
  index: 'src/index.ts',
  cluster: 'src/cluster-manager.ts',
  launcher: 'src/launcher.ts',
  testing: 'src/testing/index.ts',
  cli: 'src/cli/main.ts',
  'driver-process': 'src/deploy/worker/driver-entry.ts',
  'executor-process': 'src/executor/process-entry.ts',
  'executor-slot': 'src/executor/slot-entry.ts',
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints,
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  define: { __FIRESTEEL_VERSION__: JSON.stringify(manifest.version) },
  logLevel: 'warning',
})
if (!process.argv.includes('--no-types')) {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  })
}
writeFileSync(join(root, 'dist/.complete'), `${manifest.version}\n`)
