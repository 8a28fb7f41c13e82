import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SparkConf } from '../../common/conf/index.js'
import { recoveryMode } from './index.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const conf = (settings: Record<string, string>) => new SparkConf(false).setAll(settings)
const mode = 'spark.deploy.recoveryMode'

describe('the mode of recovery', () => {
  test('is NONE unless set, in any letter case', async () => {
    expect((await recoveryMode(conf({}))).name).toBe('NONE')
    const directory = { 'spark.deploy.recoveryDirectory': folder }
    expect((await recoveryMode(conf({ [mode]: 'filesystem', ...directory }))).name).toBe('FILESYSTEM')
  })

  test('ROCKSDB is refused with what to use instead', async () => {
    await expect(recoveryMode(conf({ [mode]: 'ROCKSDB' }))).rejects.toThrow(/native code; FILESYSTEM/)
  })

  test('an unknown one is refused', async () => {
    await expect(recoveryMode(conf({ [mode]: 'ETCD' }))).rejects.toThrow("cannot be 'ETCD': there is no such mode")
  })

  test('FILESYSTEM names the setting that it lacks, and a codec that there is not', async () => {
    await expect(recoveryMode(conf({ [mode]: 'FILESYSTEM' }))).rejects.toThrow('spark.deploy.recoveryDirectory')
    const settings = { [mode]: 'FILESYSTEM', 'spark.deploy.recoveryDirectory': folder }
    const withCodec = conf({ ...settings, 'spark.deploy.recoveryCompressionCodec': 'lzf' })
    await expect(recoveryMode(withCodec)).rejects.toMatchObject({ code: 'FS_SERIALIZER_CODEC_UNKNOWN' })
  })

  test('CUSTOM opens what the module exports', async () => {
    const path = join(folder, 'mine.mjs')
    writeFileSync(path, "export const recoveryMode = (conf) => ({ name: conf.get('mine'), open() {} })\n")
    const custom = await recoveryMode(conf({ [mode]: 'CUSTOM', [`${mode}.factory`]: path, mine: 'MINE' }))
    expect(custom.name).toBe('MINE')
  })

  test('CUSTOM says what is wrong with the module', async () => {
    const path = join(folder, 'not-mine.mjs')
    writeFileSync(path, 'export const other = 1\n')
    await expect(recoveryMode(conf({ [mode]: 'CUSTOM' }))).rejects.toThrow(`${mode}.factory`)
    const absent = conf({ [mode]: 'CUSTOM', [`${mode}.factory`]: 'no-such-package' })
    await expect(recoveryMode(absent)).rejects.toMatchObject({ code: 'FS_RECOVERY_MODULE' })
    const empty = conf({ [mode]: 'CUSTOM', [`${mode}.factory`]: path })
    await expect(recoveryMode(empty)).rejects.toThrow('does not export')
  })
})

test('NONE leads at once, keeps records while it lives, and its epochs grow', async () => {
  const none = await recoveryMode(conf({}))
  const { store, election } = await none.open({ conf: conf({}), masterUrl: 'spark://a:1', log: () => undefined })
  const epochs: number[] = []
  const events = { elected: (epoch: number) => epochs.push(epoch), deposed: () => undefined }
  expect(election.isLeading()).toBe(false)
  await election.start(events)
  expect(election.isLeading()).toBe(true)
  await store.store({ kind: 'app', id: '1' })
  await store.store({ kind: 'app', id: '2' })
  await store.remove('app', '1')
  expect(await store.readAll()).toEqual([{ kind: 'app', id: '2' }])
  await election.stop()
  expect(election.isLeading()).toBe(false)
  await election.start(events)
  expect(epochs[1]).toBeGreaterThan(epochs[0]!)
})
