import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FilesClient } from '../executor/index.js'
import { createInProcessPair } from '../rpc/index.js'
import { SharedFiles } from './shared-files.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

async function machines(isHere?: () => boolean) {
  const [rpc, executorRpc] = createInProcessPair({ left: { name: 'driver' }, right: { name: 'executor' } })
  await rpc.listen()
  const driverAddress = { host: 'in-process', port: 1 }
  const driver = await executorRpc.connect(driverAddress)
  const files = new SharedFiles({ rpc, localDir: join(folder, 'driver'), overwrite: true })
  const client = new FilesClient({
    executorId: '0',
    rpc: executorRpc,
    driver,
    driverAddress,
    localDir: join(folder, 'executor'),
    timeoutMs: 5_000,
    isHere,
  })
  const close = async () => {
    await executorRpc.close()
    await rpc.close()
  }
  return { files, client, close }
}

test('a content comes over in pieces, whole, once, and only when it is wanted', async () => {
  const { files, client, close } = await machines()
  const text = 'x'.repeat(2_500_000)
  files.addFile(write('large.txt', text))
  files.addFile(write('empty.txt', ''))
  expect([files.version, client.has(files.version), client.has(0)]).toEqual([2, false, true])
  await Promise.all([client.update(2), client.update(1), client.update(2)])
  expect(client.has(2)).toBe(true)
  expect(readFileSync(join(client.folders.root, 'large.txt'), 'utf8')).toBe(text)
  expect(readFileSync(join(client.folders.root, 'empty.txt'), 'utf8')).toBe('')
  rmSync(join(client.folders.root, 'large.txt'))
  files.addFile(write('third.txt', 'third'))
  await client.update(3)
  expect(readFileSync(join(client.folders.root, 'third.txt'), 'utf8')).toBe('third')
  expect(() => readFileSync(join(client.folders.root, 'large.txt'))).toThrow('ENOENT')
  await close()
})

test('a file that was replaced while it was fetched is had as it was, then as it is', async () => {
  const { files, client, close } = await machines()
  const path = write('a.txt', 'one')
  files.addFile(path)
  const first = client.update(1)
  write('a.txt', 'two')
  files.addFile(path)
  await first
  await client.update(2)
  expect(readFileSync(join(client.folders.root, 'a.txt'), 'utf8')).toBe('two')
  await close()
})

/** A program's folder with a package that depends on another version of one that the program itself imports. */
function installTwoVersions(): string {
  const program = write('app/program.mjs', '')
  const install = (path: string, manifest: object, code: string) => {
    write(`app/node_modules/${path}/package.json`, JSON.stringify({ type: 'module', main: 'index.js', ...manifest }))
    write(`app/node_modules/${path}/index.js`, code)
  }
  install('dep', { name: 'dep', version: '1.0.0' }, "export const dep = 'dep 1'")
  install(
    '@scope/a',
    { name: '@scope/a', version: '3.0.0', dependencies: { dep: '^2.0.0', absent: '*' } },
    "import { dep } from 'dep'\nexport const a = () => 'a with ' + dep",
  )
  install(
    '@scope/a/node_modules/dep',
    { name: 'dep', version: '2.5.0', dependencies: { '@scope/a': '*' } },
    "export const dep = 'dep 2'",
  )
  return program
}

const imported = (path: string): Promise<Record<string, unknown>> => import(pathToFileURL(path).href)

test('installed packages are copied to a machine that does not have their folder, each with its own dependencies', async () => {
  const { files, client, close } = await machines(() => false)
  installTwoVersions()
  files.addModules(join(folder, 'app'))
  await client.update(files.version)
  const modules = join(client.folders.modules, 'node_modules')
  expect((await imported(join(modules, '@scope/a/index.js'))).a).toBeTypeOf('function')
  expect(((await imported(join(modules, '@scope/a/index.js'))).a as () => string)()).toBe('a with dep 2')
  expect((await imported(join(modules, 'dep/index.js'))).dep).toBe('dep 1')
  expect(realpathSync(join(modules, 'dep'))).toContain(realpathSync(client.folders.modules))
  await close()
})

test('a package that a closure refers to comes over with what it depends on, once, and nothing else does', async () => {
  const { files, client, close } = await machines(() => false)
  const base = pathToFileURL(installTwoVersions()).href
  const reference = { format: 'import', specifier: '@scope/a', package: '@scope/a', version: '3.0.0', base } as const
  files.addReferred([{ format: 'builtin', specifier: 'node:fs' }, reference, reference])
  const { version } = files
  files.addReferred([reference])
  expect([version, files.version]).toEqual([2, 2])
  await client.update(version)
  expect(readdirSync(join(client.folders.modules, 'node_modules/.firesteel')).sort()).toEqual([
    '@scope+a@3.0.0',
    'dep@2.5.0',
  ])
  await close()
})

test('a package that is on the machine too, in the same version, is linked to its place', async () => {
  const { files, client, close } = await machines()
  const base = pathToFileURL(installTwoVersions()).href
  files.addReferred([{ format: 'import', specifier: 'dep', package: 'dep', version: '1.0.0', base }])
  await client.update(files.version)
  const placed = join(client.folders.modules, 'node_modules/.firesteel/dep@1.0.0/node_modules/dep')
  expect(realpathSync(placed)).toBe(realpathSync(join(folder, 'app/node_modules/dep')))
  await close()
})
