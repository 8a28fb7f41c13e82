import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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

async function machines(isHere?: (path: string) => boolean) {
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

test('installed packages are copied to a machine that does not have their folder', async () => {
  const { files, client, close } = await machines(() => false)
  write('installed/node_modules/a/package.json', '{ "name": "a" }')
  write('installed/node_modules/a/lib/index.js', 'a')
  write('installed/node_modules/@scope/b/index.js', 'b')
  files.addModules(join(folder, 'installed'))
  await client.update(files.version)
  const read = (name: string) => readFileSync(join(client.folders.modules, 'node_modules', name), 'utf8')
  expect([read('a/lib/index.js'), read('@scope/b/index.js')]).toEqual(['a', 'b'])
  await close()
})
