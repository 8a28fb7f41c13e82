import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SparkContext, TaskContext } from 'firesteel'
import { afterAll, beforeAll, expect, test } from 'vitest'

let sc: SparkContext
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-retries-'))
  sc = await SparkContext.create({ appName: 'retries', master: 'local[2,3]' })
})
afterAll(async () => {
  await sc.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('attempts that failed half way leave nothing in the output', async () => {
  const path = join(folder, 'lines')
  const moody = sc.range(0, 20_000, 1, 2).map((x) => {
    if (x % 10_000 === 9000 && (TaskContext.get()?.attemptNumber() ?? 0) < 2) throw new Error('not yet')
    return x
  })
  await moody.saveAsTextFile(path)
  expect(readdirSync(path)).toEqual(['_SUCCESS', 'part-00000', 'part-00001'])
  const lines = readFileSync(join(path, 'part-00000'), 'utf8').trimEnd().split('\n')
  expect(lines).toEqual(Array.from({ length: 10_000 }, (_, i) => `${i}`))
})
