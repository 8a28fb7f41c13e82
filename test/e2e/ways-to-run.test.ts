import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { type BuildOptions, build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandResult } from './run-command.js'
import { type Sample, type SampleReport, sampleResults, writeSample } from './sample-program.js'
import { TempProject } from './temp-project.js'

const project = new TempProject()
let typescript: Sample
let module: Sample

beforeAll(() => {
  typescript = writeSample(project, 'ts')
  module = writeSample(project, 'mjs')
  symlinkSync(TempProject.tool('vitest'), project.path('node_modules/vitest'), 'junction')
})
afterAll(() => project[Symbol.dispose]())

/** The sample ran right, and its error shows the user's own files and lines. */
function expectSample({ stdout, stderr, status }: CommandResult, places: Partial<Sample> = {}): void {
  const seen = `${stdout}\n${stderr}`
  expect(status, seen).toBe(0)
  expect(stderr).toBe('')
  const report = JSON.parse(stdout) as SampleReport
  expect(report.results).toEqual(sampleResults)
  expect(report.message).toMatch(/task of partition \d in stage \d+\.0 .*failed (?:once|4 times).*: cannot take \d/)
  expect(report.cause).toContain('Error: cannot take')
  if (places.thrownAt !== undefined) expect(report.cause).toContain(places.thrownAt)
  if (places.calledAt !== undefined) expect(report.stack).toContain(places.calledAt)
}

const masters = ['local[2]', 'local-cluster[1,1,512]']
const tsx = TempProject.tool('tsx/dist/cli.mjs')
/** Node runs TypeScript itself from 22.18 and 23.6 on. */
const stripsTypes = (process.features as { typescript?: unknown }).typescript !== undefined

describe.each(masters)('on %s', (master) => {
  test('node runs a module', async () => expectSample(await project.run([module.app, master]), module))

  test('node runs CommonJS that imports Firesteel', async () => {
    const sample = writeSample(project, 'cjs')
    expectSample(await project.run([sample.app, master]), sample)
  })

  test('tsx runs TypeScript', async () => {
    expectSample(await project.run([tsx, typescript.app, master]), typescript)
  })

  test.skipIf(!stripsTypes)('node itself runs TypeScript', async () => {
    expectSample(await project.run(['--no-warnings', typescript.app, master]), typescript)
  })
})

describe('spark-submit', () => {
  const submit = async (application: string, places: Sample | Record<string, never>) =>
    expectSample(await project.firesteel(['submit', application, 'local[2]']), places)

  test('runs a TypeScript file', () => submit('app.ts', typescript))
  test('runs a module', () => submit('app.mjs', module))
  test('runs a folder with a package.json', () => submit('.', typescript))
  test('runs a tarball', () => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    const manifest = '{ "name": "project", "version": "1.0.0", "type": "module", "main": "app.ts", "files": ["*.ts"] }'
    writeFileSync(project.path('package.json'), manifest)
    execFileSync(npm, ['pack', '--silent'], { cwd: project.folder, stdio: 'ignore' })
    return submit('project-1.0.0.tgz', {})
  })
})

test('the shell runs it line by line', async () => {
  const input = `import { triple } from 'tiny'
import { failing, next, plus, Scale } from ${JSON.stringify(project.path('lib.mjs'))}
const base: number = 10
const scale = new Scale(2)
const numbers = sc.parallelize([1, 2, 3], 2)
await numbers.map((n) => scale.times(plus(triple(n), base))).map(next).collect()
await numbers.map((n) => failing(n)).count()
`
  const { stdout, stderr, status } = await project.firesteel(['shell', '--master', 'local[2]'], { input })
  expect(stdout).toContain('[ 27, 33, 39 ]')
  expect(stderr).toMatch(/task of partition \d in stage \d+\.0 .*: cannot take \d/)
  expect(stderr).toContain(module.thrownAt)
  expect(status).toBe(0)
})

describe('a bundle by esbuild', () => {
  async function bundle(name: string, options: BuildOptions): Promise<string> {
    const outfile = project.path(`${name}.mjs`)
    const common = { bundle: true, format: 'esm', platform: 'node', logLevel: 'silent', outfile } as const
    await build({ ...common, entryPoints: [typescript.app], external: ['firesteel', 'tiny'], ...options })
    return outfile
  }

  test('runs', async () => expectSample(await project.run([await bundle('plain', {})])))

  test('shows lines of the sources when it has a source map', async () => {
    const outfile = await bundle('mapped', { sourcemap: 'inline' })
    expectSample(await project.run(['--enable-source-maps', outfile]), typescript)
  })

  test('runs minified, with names kept and without', async () => {
    expectSample(await project.run([await bundle('kept', { minify: true, keepNames: true })]))
    expectSample(await project.run([await bundle('minified', { minify: true })]))
  })

  test('runs with its packages in it', async () => {
    expectSample(await project.run([await bundle('whole', { minify: true, external: ['firesteel'] })]))
  })

  test.each(['esm', 'cjs'] as const)('that swallows Firesteel as %s says what to do', async (format) => {
    const entry = project.write('swallows.ts', "import { SparkContext } from 'firesteel'\nvoid SparkContext.create()\n")
    const outfile = project.path(`swallowed.${format === 'esm' ? 'mjs' : 'cjs'}`)
    await build({
      entryPoints: [entry],
      outfile,
      format,
      bundle: true,
      platform: 'node',
      external: ['esbuild'],
      logLevel: 'silent',
    })
    const { stderr, status } = await project.run([outfile])
    expect(status).toBe(1)
    expect(stderr).toContain(`[FS_CONTEXT_BUNDLED] Firesteel's own code is in the bundle ${outfile}`)
    expect(stderr).toContain('external')
  })
})

test.each(masters)('vitest runs tests that use %s', async (master) => {
  const text = `
import { SparkContext } from 'firesteel'
import { triple } from 'tiny'
import { expect, test } from 'vitest'
import { failing, next, plus, Scale } from './lib.ts'

test('a job', async () => {
  await using sc = await SparkContext.create({ appName: 'tested', master: ${JSON.stringify(master)} })
  const base: number = 10
  const scale = new Scale(2)
  const numbers = sc.parallelize([1, 2, 3], 2)
  expect(await numbers.map((n) => scale.times(plus(triple(n), base))).map(next).collect()).toEqual([27, 33, 39])
  const failure = await numbers.map((n) => failing(n)).count().catch((error) => error)
  expect(failure.message).toContain('cannot take')
  expect(failure.cause.stack).toContain(${JSON.stringify(typescript.thrownAt)})
  expect(failure.cause.stack).toContain(${JSON.stringify(project.path('own.test.ts:13'))})
  expect(failure.stack).toContain(${JSON.stringify(project.path('own.test.ts:13'))})
})
`
  project.write('own.test.ts', text)
  const vitest = TempProject.tool('vitest/vitest.mjs')
  const { stdout, stderr, status } = await project.run([vitest, 'run', '--root', project.folder, 'own.test.ts'])
  expect(status, stdout + stderr).toBe(0)
})
