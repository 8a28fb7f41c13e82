import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compressionCodec } from '../../../serializer/index.js'
import { RecordFolder } from './record-folder.js'

let folder: string
let warnings: string[]
let isLeading: boolean
let term: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-test-'))
  warnings = []
  isLeading = true
  term = 1
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (codec?: string) =>
  new RecordFolder({
    folder,
    codec: codec === undefined ? undefined : compressionCodec(codec),
    election: {
      isLeading: () => isLeading,
      get term() {
        return term
      },
    },
    context: { masterUrl: 'spark://a:1', log: (_level, message) => warnings.push(message) },
  })

const sorted = (records: readonly object[]) => records.map((record) => JSON.stringify(record)).sort()

describe('a folder of records', () => {
  test.each([undefined, 'lz4', 'deflate'])('gives back what was stored, with codec %s', async (codec) => {
    const store = open(codec)
    const records = [
      { kind: 'driver', id: 'd-1', text: 'ä'.repeat(2_000) },
      { kind: 'driver', id: '../../etc/passwd' },
      { kind: 'app', id: 'd-1', nested: { list: [1, null] } },
    ]
    await Promise.all(records.map((record) => store.store(record)))
    expect(sorted(await open().readAll())).toEqual(sorted(records))
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  })

  test('holds what the last of several calls of the same moment said', async () => {
    const store = open()
    const calls: Promise<void>[] = []
    for (let version = 0; version < 200; version++) {
      calls.push(store.store({ kind: 'app', id: 'a', version } as never))
      calls.push(version % 3 === 0 ? store.remove('app', 'b') : store.store({ kind: 'app', id: 'b', version } as never))
    }
    calls.push(store.remove('app', 'b'), store.remove('app', 'never-there'))
    await Promise.all(calls)
    expect(await open().readAll()).toEqual([{ kind: 'app', id: 'a', version: 199 }])
  })

  test('takes a change however soon it comes behind another one', async () => {
    const store = open()
    for (let pause = 0; pause < 20; pause++) {
      await store.store({ kind: 'app', id: `first-${pause}` })
      for (let i = 0; i < pause; i++) await undefined
      await store.store({ kind: 'app', id: `second-${pause}` })
    }
    expect(await open().readAll()).toHaveLength(40)
  })

  test('keeps nothing of what was being written when its process died', async () => {
    await open().store({ kind: 'app', id: 'a' })
    writeFileSync(join(folder, '.tmp-0815'), 'firesteel-rec')
    expect(await open().readAll()).toHaveLength(1)
    expect(readdirSync(folder)).toEqual(['app_a.record'])
  })

  test('sets damaged files aside with a warning, and leaves what is not its own alone', async () => {
    const store = open()
    for (const id of ['a', 'b', 'c', 'd']) await store.store({ kind: 'app', id })
    const bytes = readFileSync(join(folder, 'app_a.record'))
    writeFileSync(join(folder, 'app_a.record'), bytes.subarray(0, bytes.length - 3))
    writeFileSync(join(folder, 'app_b.record'), '')
    writeFileSync(join(folder, 'app_c.record'), readFileSync(join(folder, 'app_d.record')))
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    expect(await open().readAll()).toEqual([{ kind: 'app', id: 'd' }])
    expect(warnings).toHaveLength(3)
    const left = readdirSync(folder).sort()
    expect(left.filter((name) => name.includes('.record.damaged-'))).toHaveLength(3)
    expect(left).toContain('notes.txt')
    expect(await open().readAll()).toHaveLength(1)
    expect(warnings).toHaveLength(3)
  })

  test('refuses whoever does not lead, also when it stopped leading in between', async () => {
    const store = open()
    const late = store.store({ kind: 'app', id: 'late' })
    isLeading = false
    await expect(late).rejects.toMatchObject({ code: 'FS_RECOVERY_NOT_LEADER' })
    await expect(store.remove('app', 'a')).rejects.toMatchObject({ code: 'FS_RECOVERY_NOT_LEADER' })
    await expect(store.readAll()).rejects.toMatchObject({ code: 'FS_RECOVERY_NOT_LEADER' })
    expect(readdirSync(folder)).toEqual([])
  })

  test('refuses what was decided in an earlier time of leading', async () => {
    const late = open().store({ kind: 'app', id: 'late' })
    term = 2
    await expect(late).rejects.toMatchObject({ code: 'FS_RECOVERY_NOT_LEADER' })
  })

  test('names record and folder when it cannot write', async () => {
    const store = open()
    rmSync(folder, { recursive: true })
    const failure = await store.store({ kind: 'app', id: 'a' }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'FS_RECOVERY_STORE', details: { kind: 'app', id: 'a', place: folder } })
  })
})
