import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packageRoot } from '../../common/index.js'
import { placePackages } from './place-packages.js'
import { type PreparedClusterApplication, prepareClusterApplication } from './prepare-cluster-application.js'

let folder: string
let formerTmpdir: string | undefined
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'firesteel-test-')))
  formerTmpdir = process.env.TMPDIR
  process.env.TMPDIR = join(folder, 'tmp')
  mkdirSync(process.env.TMPDIR)
})
afterEach(() => {
  if (formerTmpdir === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = formerTmpdir
  rmSync(folder, { recursive: true })
})

function write(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

function install(path: string, manifest: object, code = 'export {}'): void {
  write(`${path}/package.json`, JSON.stringify({ type: 'module', exports: './index.js', ...manifest }))
  write(`${path}/index.js`, code)
}

/** A program in `project` that imports `dep` 1, and `@scope/a`, which imports `dep` 2, which imports `@scope/a` back. */
function writeProject(project: string): string {
  const modules = `${project}/node_modules`
  install(`${modules}/dep`, { name: 'dep', version: '1.0.0' }, "export const dep = 'dep 1'")
  install(
    `${modules}/@scope/a`,
    { name: '@scope/a', version: '3.0.0', dependencies: { dep: '^2.0.0' }, peerDependencies: { absent: '*' } },
    "import { dep } from 'dep'\nexport function a() { return 'a with ' + dep }",
  )
  install(
    `${modules}/@scope/a/node_modules/dep`,
    { name: 'dep', version: '2.5.0', dependencies: { '@scope/a': '*' } },
    "import { a } from '@scope/a'\nexport const dep = typeof a === 'function' ? 'dep 2' : ''",
  )
  install(`${modules}/unused`, { name: 'unused', version: '1.0.0' })
  write(`${project}/secrets.txt`, 'not to be sent')
  write(`${project}/lib.ts`, "import { a } from '@scope/a'\nexport const both = (x: string) => a() + x")
  return write(
    `${project}/app.ts`,
    "import { dep } from 'dep'\nimport { both } from './lib.js'\nexport const found: string[] = [dep, both('!')]",
  )
}

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const namesOf = ({ contents }: PreparedClusterApplication) => contents.map(({ kind, name }) => `${kind} ${name}`)

/** Puts what was prepared where a worker would. */
function place(
  { main, packages }: PreparedClusterApplication,
  name = 'worker',
): { module: string; folders: readonly string[] } {
  const target = join(folder, name)
  mkdirSync(target)
  const module = join(target, basename(main))
  writeFileSync(module, readFileSync(main))
  const placing = placePackages(
    target,
    packages.map((path) => ({ path, name: path })),
  )
  for (let step = placing.next(); ; step = placing.next()) if (step.done) return { module, folders: step.value }
}

const load = (path: string): Promise<Record<string, unknown>> => import(pathToFileURL(path).href)

describe('an application for cluster mode', () => {
  test('runs in another folder with exactly the versions that it was installed with, and nothing else travels', async () => {
    const prepared = await prepareClusterApplication({ application: writeProject('project') })
    expect(namesOf(prepared)).toEqual([
      'application app.mjs',
      'package @scope/a@3.0.0',
      'package dep@2.5.0',
      'package dep@1.0.0',
      'links links.tar',
    ])
    rmSync(join(folder, 'project'), { recursive: true })
    const { module, folders } = place(prepared)
    expect((await load(module)).found).toEqual(['dep 1', 'a with dep 2!'])
    expect(folders).toEqual([])
    expect(realpathSync(join(module, '../node_modules/firesteel'))).toBe(realpathSync(packageRoot()))
  })

  test('is the same bytes wherever it lies and whenever its files were written', async () => {
    const one = await prepareClusterApplication({ application: writeProject('here') })
    const other = writeProject('elsewhere/deeper')
    utimesSync(join(folder, 'elsewhere/deeper/node_modules/dep/index.js'), new Date(0), new Date(0))
    const two = await prepareClusterApplication({ application: other })
    expect(two.packages).not.toEqual(one.packages)
    const all = ({ main, packages }: PreparedClusterApplication) => [main, ...packages].map(hashOf)
    expect(all(two)).toEqual(all(one))
  })

  test('is packed again when a file of a package was changed, and only that package', async () => {
    const application = writeProject('project')
    const before = await prepareClusterApplication({ application })
    expect((await prepareClusterApplication({ application })).packages).toEqual(before.packages)
    write('project/node_modules/dep/index.js', "export const dep = 'dep 1, patched'")
    const after = await prepareClusterApplication({ application })
    expect(after.packages.filter((path) => !before.packages.includes(path)).map((path) => basename(path))).toEqual([
      'dep@1.0.0.tar',
    ])
    expect((await load(place(after).module)).found).toEqual(['dep 1, patched', 'a with dep 2!'])
  })

  test('may be JavaScript, of either kind of modules, with its own place for what it loads beside itself', async () => {
    writeProject('project')
    write('project/package.json', '{ "type": "commonjs" }')
    write('project/part.js', "exports.part = 'a part in ' + require('node:path').basename(__dirname)")
    const application = write(
      'project/main.js',
      "const { part } = require('./part')\nconst { dep } = require('dep')\nmodule.exports = { found: [part, dep] }",
    )
    const { module } = place(await prepareClusterApplication({ application }))
    expect((await load(module)).default).toEqual({ found: ['a part in worker', 'dep 1'] })
  })

  test('of a monorepo may import two versions of one package', async () => {
    const other = writeProject('packages/one')
    write('packages/two/index.ts', "import { dep } from 'dep'\nexport const two: string = dep")
    install('packages/two/node_modules/dep', { name: 'dep', version: '7.0.0' }, "export const dep = 'dep 7'")
    const application = write(
      'packages/one/both.ts',
      "import { found } from './app.js'\nimport { two } from '../two/index.js'\nexport const all: string[] = [...found, two]",
    )
    expect(other).toContain('app.ts')
    const prepared = await prepareClusterApplication({ application })
    expect((await load(place(prepared).module)).all).toEqual(['dep 1', 'a with dep 2!', 'dep 7'])
  })

  test('takes the single files of --jars by name, by import and by require', async () => {
    const jar = write('jars/tool.mjs', "export const tool = 'a tool'")
    const plain = write('jars/old.cjs', "exports.old = 'an old tool'")
    const application = write(
      'app.mjs',
      "import { tool } from 'tool'\nimport { createRequire } from 'node:module'\nexport const found = [tool, createRequire(import.meta.url)('old').old]",
    )
    const prepared = await prepareClusterApplication({ application, jars: [jar, plain] })
    expect(prepared.jars).toEqual([jar, plain])
    expect((await load(place(prepared).module)).found).toEqual(['a tool', 'an old tool'])
  })

  test('keeps apart what was asked for by name, for tasks to import', async () => {
    install('stock/named', { name: 'named', version: '1.2.3' }, "export const named = 'by name'")
    // What npm would have left; where nothing can be installed, the cache has it.
    const { packPackages } = await import('./pack-packages.js')
    mkdirSync(join(folder, 'installed/node_modules'), { recursive: true })
    symlinkSync(join(folder, 'stock/named'), join(folder, 'installed/node_modules/named'))
    const packed = packPackages({ imports: [], folders: [join(folder, 'installed')], allowNative: false })
    const main = write('app.mjs', "export { named } from 'named'")
    const packages = [...packed.packages.map(({ path }) => path), packed.links as string]
    const { module, folders } = place({ main, packages } as unknown as PreparedClusterApplication)
    expect((await load(module)).named).toBe('by name')
    expect(folders).toEqual([join(folder, 'worker/installed')])
    expect(readlinkSync(join(folder, 'worker/installed/node_modules/named'))).toBe(
      '../../node_modules/.firesteel/named@1.2.3/node_modules/named',
    )
  })

  test('with native code is refused by name, and taken when that is wanted', async () => {
    const application = writeProject('project')
    write('project/node_modules/@scope/a/build/addon.node', 'machine code')
    await expect(prepareClusterApplication({ application })).rejects.toThrow(
      '[FS_SUBMIT_NATIVE] the package @scope/a@3.0.0 has native code (build/addon.node)',
    )
    const { platform } = await prepareClusterApplication({ application, allowNative: true })
    expect(platform).toBe(`${process.platform}-${process.arch}`)
  })
})

describe('places', () => {
  test('that workers read travel as they are, and files of this machine as absolute paths', async () => {
    const path = write('data.txt', 'x')
    const hashed = write('with#hash.txt', 'x')
    const prepared = await prepareClusterApplication({
      application: 'local:/opt/apps/app.mjs',
      files: [path, `${path}#renamed`, hashed, `file://${path}#other`, 'https://host/x.txt', 'local:/etc/hosts'],
      archives: [`${write('a.tgz', '')}#a`],
      jars: ['http://host/lib/tool.mjs'],
    })
    expect(prepared).toMatchObject({
      main: 'local:/opt/apps/app.mjs',
      files: [path, `${path}#renamed`, hashed, `${path}#other`, 'https://host/x.txt', 'local:/etc/hosts'],
      archives: [join(folder, 'a.tgz#a')],
      jars: ['http://host/lib/tool.mjs'],
      packages: [],
    })
    expect(namesOf(prepared)).toEqual([
      'file data.txt',
      'file data.txt#renamed',
      'file with#hash.txt',
      'file data.txt#other',
      'archive a.tgz#a',
    ])
    expect(statSync(path).size).toBe(1)
  })

  test.each([
    [
      { application: 'hdfs://name/app.mjs' },
      'FS_SUBMIT_APPLICATION] the application hdfs://name/app.mjs cannot be run: workers read local:, http: and https:, not hdfs:',
    ],
    [
      { application: 'local:/a.mjs', files: ['s3://bucket/x'] },
      'FS_SUBMIT_FILE] the file s3://bucket/x (--files) cannot be sent: workers read',
    ],
    [
      { application: 'local:/a.mjs', files: ['no/such'] },
      'FS_SUBMIT_FILE] the file no/such (--files) cannot be sent: there is no such file',
    ],
    [
      { application: 'local:/a.mjs', archives: ['.'] },
      'FS_SUBMIT_FILE] the file . (--archives) cannot be sent: it is a folder',
    ],
    [
      { application: 'local:/a.mjs', jars: ['local:/x.jar'] },
      'FS_SUBMIT_FILE] the file local:/x.jar (--jars) cannot be sent: it is neither a JavaScript file nor an npm tarball',
    ],
  ])('that cannot be read are refused by name: %j', async (submission, message) => {
    await expect(prepareClusterApplication(submission)).rejects.toThrow(message)
  })

  test('that only this machine has are refused as imports', async () => {
    const application = write('app.ts', "import 'file:///etc/code.mjs'")
    await expect(prepareClusterApplication({ application })).rejects.toThrow('is a file of this machine only')
  })
})
