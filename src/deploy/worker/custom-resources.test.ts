import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SparkConf } from '../../common/conf/index.js'
import { customResources } from './custom-resources.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-resources-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o700 })
  return path
}

const script = (name: string, output: string, code = 0) =>
  write(name, `#!/bin/sh\nprintf '%s' '${output}'\n[ ${code} = 0 ] || echo 'no such card' >&2\nexit ${code}\n`)

const found = (settings: Record<string, string>) => {
  const named = Object.entries(settings).map(([key, value]) => [`spark.worker.${key}`, value] as const)
  return customResources(new SparkConf(false).setAll(named), process.env)
}

const item = (resourceName: string, addresses: string[], componentName = 'spark.worker') => ({
  id: { componentName, resourceName },
  addresses,
})

test('a worker without settings has none', async () => {
  expect(await found({})).toEqual({})
})

test('the file says which there are, the amount how many of them are used', async () => {
  const resourcesFile = write(
    'r.json',
    JSON.stringify([item('gpu', ['0', '1', '2']), item('fpga', ['a']), item('gpu', ['9'], 'spark.driver')]),
  )
  expect(await found({ resourcesFile, 'resource.gpu.amount': '2' })).toEqual({ gpu: ['0', '1'], fpga: ['a'] })
})

test('a script finds those that are in no file', async () => {
  const discoveryScript = script('found.sh', '{"name": "gpu", "addresses": ["0", "1"]}')
  expect(await found({ 'resource.gpu.amount': '1', 'resource.gpu.discoveryScript': discoveryScript })).toEqual({
    gpu: ['0'],
  })
})

test('each mistake is named', async () => {
  const gpu = (discoveryScript: string) =>
    found({ 'resource.gpu.amount': '2', 'resource.gpu.discoveryScript': discoveryScript })
  await expect(gpu(script('few.sh', '{"name": "gpu", "addresses": ["0"]}'))).rejects.toThrow(
    'its amount is 2, but there are 1',
  )
  await expect(gpu(script('other.sh', '{"name": "card", "addresses": []}'))).rejects.toThrow("speaks of 'card'")
  await expect(gpu(script('text.sh', 'two cards'))).rejects.toThrow('printed no JSON: two cards')
  await expect(gpu(script('list.sh', '{"name": "gpu"}'))).rejects.toThrow('no list of addresses')
  await expect(gpu(script('fails.sh', '', 3))).rejects.toThrow('failed: no such card')
  await expect(gpu(join(folder, 'none.sh'))).rejects.toThrow('ENOENT')
  await expect(found({ 'resource.gpu.amount': '2' })).rejects.toThrow('no discoveryScript is set')
  await expect(found({ 'resource.gpu.amount': 'two' })).rejects.toThrow("'two' is no whole number")
  await expect(found({ 'resource.gpu.discoveryScript': 'x' })).rejects.toThrow(
    'spark.worker.resource.gpu.amount is not set',
  )
  for (const [text, problem] of [
    ['{}', 'holds no list'],
    ['[{}]', '{} is no resource'],
    ['[', 'JSON'],
    [JSON.stringify([item('gpu', ['0']), item('gpu', ['1'])]), "'gpu' twice"],
  ] as const) {
    await expect(found({ resourcesFile: write('bad.json', text) })).rejects.toThrow(problem)
  }
})
