import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planSplits } from './plan-splits.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-plan-'))
  for (const [path, bytes] of Object.entries(tree)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), Buffer.alloc(bytes, 97))
  }
  mkdirSync(join(folder, 'empty'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tree = {
  'flat/a.txt': 100,
  'flat/b.txt': 50,
  'flat/c.log': 10,
  'flat/_SUCCESS': 0,
  'flat/.hidden': 5,
  'deep/one.txt': 1,
  'deep/x/two.txt': 2,
  'deep/x/y/three.txt': 3,
  'deep/_temporary/four.txt': 4,
  'odd/a,b.txt': 7,
  'odd/[x].txt': 8,
  'odd/with space.txt': 9,
  'packed/a.gz': 300,
  'packed/b.txt': 300,
  'void/nothing.txt': 0,
}

async function plan(paths: string, options: Partial<Parameters<typeof planSplits>[1]> = {}): Promise<string[][]> {
  const list = paths.startsWith('/') || paths.includes(':') ? paths : `${folder}/${paths}`
  const partitions = planSplits(list, { minPartitions: 1, ...options })
  return partitions.map((splits) => splits.map((s) => `${relative(folder, s.path)}@${s.start}+${s.length}`))
}

/** Just the files' names. */
async function names(paths: string, options = {}): Promise<string[]> {
  const all = (await plan(paths, options)).flat().map((split) => split.replace(/@.*/, ''))
  return [...new Set(all)]
}

describe('planSplits finds', () => {
  test('the files of a directory by name, without those that begin with _ or a dot', async () => {
    expect(await names('flat')).toEqual(['flat/a.txt', 'flat/b.txt', 'flat/c.log'])
  })

  test.each([
    ['flat/*.txt', ['flat/a.txt', 'flat/b.txt']],
    ['flat/?.{txt,log}', ['flat/a.txt', 'flat/b.txt', 'flat/c.log']],
    ['flat/[a-b].txt', ['flat/a.txt', 'flat/b.txt']],
    ['flat/[^a].txt', ['flat/b.txt']],
    ['flat/*', ['flat/a.txt', 'flat/b.txt', 'flat/c.log']],
    ['{flat,void}/*.txt', ['flat/a.txt', 'flat/b.txt', 'void/nothing.txt']],
    ['f{la{t,p},u}/a.txt', ['flat/a.txt']],
    ['deep/**/*.txt', ['deep/one.txt', 'deep/x/two.txt', 'deep/x/y/three.txt']],
    ['deep/**', ['deep/one.txt', 'deep/x/two.txt', 'deep/x/y/three.txt']],
    ['*/two.txt,flat/../deep/one.txt', undefined],
    ['deep/*/two.txt', ['deep/x/two.txt']],
    ['odd/[x].txt', ['odd/[x].txt']],
    ['odd/a\\,b.txt', ['odd/a,b.txt']],
    ['odd/\\[x\\].*', ['odd/[x].txt']],
    ['flat/.hid*', ['flat/.hidden']],
    ['flat/_SUCCESS', ['flat/_SUCCESS']],
  ])('%s', async (pattern, expected) => {
    if (expected === undefined) await expect(names(pattern)).rejects.toMatchObject({ code: 'FS_IO_PATH_NOT_FOUND' })
    else expect(await names(pattern)).toEqual(expected)
  })

  test('paths of a comma-separated list in their order, twice if named twice', async () => {
    const list = ['flat/b.txt', 'flat/a.txt', 'flat/b.txt'].map((path) => join(folder, path)).join(',')
    expect((await plan(list)).flat().map((split) => split.slice(0, 10))).toEqual([
      'flat/b.txt',
      'flat/a.txt',
      'flat/b.txt',
    ])
  })

  test('file URLs', async () => {
    expect(await names(pathToFileURL(join(folder, 'odd/with space.txt')).href)).toEqual(['odd/with space.txt'])
    expect(await names(`file:${folder}/flat/*.log`)).toEqual(['flat/c.log'])
  })

  test('what lies deeper only when asked to', async () => {
    await expect(names('deep')).rejects.toMatchObject({ code: 'FS_IO_NESTED_DIRECTORY' })
    expect(await names('deep', { recursive: true })).toEqual(['deep/one.txt', 'deep/x/two.txt', 'deep/x/y/three.txt'])
  })

  test('nothing in an empty directory', async () => {
    expect(await plan('empty')).toEqual([])
  })
})

describe('planSplits refuses', () => {
  test('what is not there, naming it and the working directory', async () => {
    expect(() => planSplits('no/such/*.txt', { minPartitions: 1 })).toThrow(
      expect.objectContaining({
        code: 'FS_IO_PATH_NOT_FOUND',
        message: expect.stringContaining(`'no/such/*.txt' (working directory ${process.cwd()})`),
      }),
    )
    await expect(plan('flat/a.txt/b')).rejects.toMatchObject({ code: 'FS_IO_PATH_NOT_FOUND' })
    await expect(plan(`${folder}/flat,`)).rejects.toMatchObject({ code: 'FS_IO_PATH_NOT_FOUND' })
  })

  test('an unknown scheme, naming those it knows', async () => {
    await expect(plan('gopher://host/x')).rejects.toMatchObject({
      code: 'FS_IO_SCHEME',
      message: expect.stringMatching(/'gopher:'.*known: file:/),
    })
  })

  test('a broken pattern, an odd option and a compression that it cannot read', async () => {
    await expect(plan('flat/{a,b')).rejects.toMatchObject({ code: 'FS_IO_GLOB' })
    await expect(plan('flat/[a')).rejects.toMatchObject({ code: 'FS_IO_GLOB' })
    await expect(plan('flat', { minPartitions: -1 })).rejects.toMatchObject({ code: 'FS_IO_OPTION' })
    await expect(plan('flat', { recordLength: 0 })).rejects.toMatchObject({ code: 'FS_IO_OPTION' })
    writeFileSync(join(folder, 'x.snappy'), 'x')
    await expect(plan('x.snappy')).rejects.toMatchObject({ code: 'FS_IO_CODEC' })
    expect(await names('x.snappy', { decompress: false })).toEqual(['x.snappy'])
  })

  test('records that do not fill their file', async () => {
    await expect(plan('flat/a.txt', { recordLength: 30 })).rejects.toMatchObject({
      code: 'FS_IO_PARTIAL_RECORD',
      details: expect.objectContaining({ offset: 90 }),
    })
  })
})

describe('planSplits cuts', () => {
  test('by an even share of all bytes, leaving up to a tenth more to the last split', async () => {
    expect(await plan('flat/{a,b}.txt', { minPartitions: 3 })).toEqual([
      ['flat/a.txt@0+50'],
      ['flat/a.txt@50+50'],
      ['flat/b.txt@0+50'],
    ])
    expect(await plan('flat/a.txt', { minPartitions: 1, maxSplitBytes: 92 })).toEqual([['flat/a.txt@0+100']])
    expect(await plan('flat/a.txt', { minPartitions: 1, maxSplitBytes: 48 })).toEqual([
      ['flat/a.txt@0+48'],
      ['flat/a.txt@48+52'],
    ])
  })

  test('nothing that is compressed or must stay whole', async () => {
    expect(await plan('packed', { minPartitions: 6, maxSplitBytes: 200 })).toEqual([
      ['packed/a.gz@0+300'],
      ['packed/b.txt@0+100'],
      ['packed/b.txt@100+100'],
      ['packed/b.txt@200+100'],
    ])
    expect(await plan('packed', { minPartitions: 6, unsplittable: true })).toEqual([
      ['packed/a.gz@0+300'],
      ['packed/b.txt@0+300'],
    ])
    const [splits] = planSplits(join(folder, 'packed/a.gz'), { minPartitions: 2 })
    expect(splits?.[0]?.codec).toBe('gzip')
  })

  test('an empty file into one empty split', async () => {
    expect(await plan('void')).toEqual([['void/nothing.txt@0+0']])
  })

  test('at multiples of the record length', async () => {
    expect(await plan('flat/a.txt', { minPartitions: 3, recordLength: 20 })).toEqual([
      ['flat/a.txt@0+20'],
      ['flat/a.txt@20+20'],
      ['flat/a.txt@40+20'],
      ['flat/a.txt@60+20'],
      ['flat/a.txt@80+20'],
    ])
  })

  test('whole files together into partitions of an even share', async () => {
    expect(await plan('flat', { minPartitions: 2, wholeFiles: true })).toEqual([
      ['flat/a.txt@0+100'],
      ['flat/b.txt@0+50', 'flat/c.log@0+10'],
    ])
    expect(await plan('void', { minPartitions: 2, wholeFiles: true })).toEqual([['void/nothing.txt@0+0']])
  })
})
