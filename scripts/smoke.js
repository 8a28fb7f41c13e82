// Packs the package, installs the tarball into an empty folder as a user would, and uses it there: its command, as a library from
// JavaScript, and with its types from TypeScript. Every step is named; the first that fails ends the run.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const onWindows = process.platform === 'win32'
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'firesteel-smoke-')))
const user = join(folder, 'user')

/** Runs a command and returns its standard output; says the step's name and ends the run when it fails. */
function step(title, command, args, { cwd = user } = {}) {
  console.log(`smoke: ${title}`)
  const env = { ...process.env, npm_config_loglevel: 'error' }
  for (const name of Object.keys(env)) if (/^(SPARK_|NODE_OPTIONS$|MASTER$)/.test(name)) delete env[name]
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8', shell: onWindows, timeout: 300_000 })
  if (result.status === 0) return result.stdout
  fail(
    title,
    [result.error?.message ?? `exit code ${result.status ?? result.signal}`, result.stdout, result.stderr].join('\n'),
  )
}

function fail(title, why) {
  console.error(`smoke: FAILED at "${title}": ${why}`)
  rmSync(folder, { recursive: true, force: true })
  process.exit(1)
}

function expectEqual(title, actual, expected) {
  if (actual === expected) return
  fail(title, `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`)
}

const write = (name, text) => writeFileSync(join(user, name), text)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

step('build', process.execPath, [join(root, 'scripts/setup.js'), '--if-missing'], { cwd: root })
const packed = JSON.parse(
  step('npm pack', 'npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root }),
)
const { filename, files, size } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0]
const strays = files.map(({ path }) => path).filter((path) => /\.test\.|^(src|test|bench|\.ci)\//.test(path))
if (strays.length > 0) fail('npm pack', `the tarball holds files that do not belong there: ${strays.join(', ')}`)
console.log(`smoke: ${filename}, ${files.length} files, ${(size / 1024).toFixed(0)} KiB`)

mkdirSync(user)
write('package.json', '{ "name": "user", "private": true, "type": "module" }\n')
step('npm install', 'npm', ['install', '--omit=dev', '--no-audit', '--no-fund', join(folder, filename)])

const firesteel = join(user, 'node_modules/.bin', onWindows ? 'firesteel.cmd' : 'firesteel')
const printedVersion = step('firesteel version', firesteel, ['version'])
if (!printedVersion.includes(version)) fail('firesteel version', `'${printedVersion.trim()}' does not name ${version}`)

write('text.txt', 'b a\na c a\n')
const counts = 'a\t3\nb\t1\nc\t1\n'
expectEqual(
  'run-example',
  step('firesteel run-example word-count', firesteel, ['run-example', 'word-count', 'text.txt']),
  counts,
)

expectEqual(
  'run-example on its own data',
  step('firesteel run-example page-rank', firesteel, ['run-example', 'PageRank']).split('\n')[0],
  '2.555 docs',
)

const program = `
const sc = await SparkContext.create({ appName: 'smoke', master: 'local[2]' })
const counts = sc.textFile('text.txt')
  .flatMap((line) => line.split(' '))
  .map((word)PAIR => [word, 1])
  .reduceByKey((a, b) => a + b)
  .sortBy(([word, n]) => [-n, word])
for (const [word, n] of await counts.collect()) console.log(word + '\\t' + n)
await sc.stop()
`
write('app.mjs', `import { SparkContext } from 'firesteel'\n${program.replace('PAIR', '')}`)
expectEqual('library', step('as a library from JavaScript', process.execPath, ['app.mjs']), counts)
expectEqual(
  'submit',
  step('firesteel submit of JavaScript', firesteel, ['submit', '--master', 'local[1]', 'app.mjs']),
  counts,
)

write('typed.ts', `import { SparkContext } from 'firesteel'\n${program.replace('PAIR', ': [string, number]')}`)
expectEqual('submit', step('firesteel submit of TypeScript', firesteel, ['submit', 'typed.ts']), counts)

const compilerOptions = {
  target: 'ES2023',
  lib: ['ES2023', 'ESNext.Disposable'],
  module: 'NodeNext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  typeRoots: [join(root, 'node_modules/@types')],
  types: ['node'],
  outDir: 'out',
}
write(
  'launching.ts',
  `import { type ClusterManager, executorId, type SubmitClient } from 'firesteel/cluster'
import { type LaunchState, launch, RestSubmissionClient } from 'firesteel/launcher'
const named: Pick<ClusterManager, 'name'> & { client?: SubmitClient } = { name: executorId('0') }
if (named.name !== '0') throw new Error('firesteel/cluster')
new RestSubmissionClient('spark://127.0.0.1:6066')
await using application = await launch('app.mjs', { master: 'local[2]', stderr: 'ignore' })
const states: LaunchState[] = []
for await (const { state } of application) states.push(state)
console.log(states.at(-1))
`,
)
write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['typed.ts', 'launching.ts'] }))
step('its types, checked strictly', process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'])
expectEqual('types', step('as a library from compiled TypeScript', process.execPath, ['out/typed.js']), counts)
expectEqual('launcher', step('firesteel/launcher', process.execPath, ['out/launching.js']), `${counts}FINISHED\n`)

rmSync(folder, { recursive: true, force: true })
console.log('smoke: all passed')
