import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { OutputJob } from './output.js'
import { abortJob, abortTask, commitJob, commitTask, prepareOutput } from './output-committer.js'
import { planSplits } from './plan-splits.js'
import { openTextWriter } from './text-writer.js'

let root: string
let path: string
let runs = 0
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'firesteel-out-'))
})
beforeEach(() => {
  path = join(root, `run${runs++}`, 'result')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const yes = { canCommit: () => true }

function writePart(job: OutputJob, partition: number, attempt: number, records: unknown[]): void {
  const writer = openTextWriter(job, { partition, attempt })
  writer.write(records)
  writer.close()
}

/** What a reader finds at the output path. */
function visible(): string[] {
  const partitions = planSplits(path, { minPartitions: 1, recursive: true })
  return partitions.flat().map((split) => split.path.slice(path.length + 1))
}

describe('output', () => {
  test('becomes visible as a whole, with one file for each partition and _SUCCESS', async () => {
    const job = await prepareOutput(path, { partitions: 2 })
    for (const partition of [0, 1]) {
      writePart(job, partition, 0, [partition, 'é', null])
      expect(visible()).toEqual([])
      commitTask(job, { partition, attempt: 0 }, yes)
      expect(visible()).toEqual([])
    }
    await commitJob(job)
    expect(readdirSync(path).sort()).toEqual(['_SUCCESS', 'part-00000', 'part-00001'])
    expect(readFileSync(join(path, 'part-00001'), 'utf8')).toBe('1\né\nnull\n')
    expect(readdirSync(join(path, '..'))).toEqual(['result'])
  })

  test('of no partition is _SUCCESS alone', async () => {
    await commitJob(await prepareOutput(path, { partitions: 0 }))
    expect(readdirSync(path)).toEqual(['_SUCCESS'])
  })

  test('is refused where something is already, and tells what an unfinished job left', async () => {
    await prepareOutput(path, { partitions: 1 })
    await expect(prepareOutput(path, { partitions: 1 })).rejects.toMatchObject({
      code: 'FS_IO_OUTPUT_EXISTS',
      message: expect.stringContaining('unfinished job'),
    })
    mkdirSync(join(path, '../other'))
    writeFileSync(join(path, '../file'), '')
    for (const taken of ['other', 'file']) {
      await expect(prepareOutput(join(path, '..', taken), { partitions: 1 })).rejects.toMatchObject({
        code: 'FS_IO_OUTPUT_EXISTS',
        message: expect.not.stringContaining('unfinished job'),
      })
    }
  })

  test('of a partition is that of the attempt that may commit', async () => {
    const job = await prepareOutput(path, { partitions: 1 })
    writePart(job, 0, 0, ['first'])
    writePart(job, 0, 1, ['second'])
    const canCommit = (_partition: number, attempt: number) => attempt === 1
    expect(() => commitTask(job, { partition: 0, attempt: 0 }, { canCommit })).toThrow(
      expect.objectContaining({ code: 'FS_IO_COMMIT_DENIED' }),
    )
    commitTask(job, { partition: 0, attempt: 1 }, { canCommit })
    await commitJob(job)
    expect(readFileSync(join(path, 'part-00000'), 'utf8')).toBe('second\n')
  })

  test('of an attempt that was taken for failed after its commit is replaced by the next one', async () => {
    const job = await prepareOutput(path, { partitions: 1 })
    for (const attempt of [0, 1]) {
      writePart(job, 0, attempt, [`attempt ${attempt}`])
      commitTask(job, { partition: 0, attempt }, yes)
    }
    await commitJob(job)
    expect(readFileSync(join(path, 'part-00000'), 'utf8')).toBe('attempt 1\n')
  })

  test('that lacks a partition is not committed', async () => {
    const job = await prepareOutput(path, { partitions: 2 })
    writePart(job, 0, 0, [])
    commitTask(job, { partition: 0, attempt: 0 }, yes)
    await expect(commitJob(job)).rejects.toMatchObject({
      code: 'FS_IO_OUTPUT_LOST',
      message: expect.stringContaining('partition 1 of 2'),
    })
    await abortJob(job)
    expect(existsSync(path)).toBe(false)
  })

  test('of an aborted job is gone, and a late task does not bring it back', async () => {
    const job = await prepareOutput(path, { partitions: 1 })
    const writer = openTextWriter(job, { partition: 0, attempt: 0 })
    writer.write(['x'])
    writer.discard()
    abortTask(job, { partition: 0, attempt: 0 })
    abortTask(job, { partition: 0, attempt: 0 })
    writePart(job, 0, 1, ['x'])
    await abortJob(job)
    await abortJob(job)
    expect(readdirSync(join(path, '..'))).toEqual([])
    expect(() => openTextWriter(job, { partition: 0, attempt: 2 })).toThrow(
      expect.objectContaining({ code: 'FS_IO_NOT_WRITABLE' }),
    )
    expect(() => commitTask(job, { partition: 0, attempt: 1 }, yes)).toThrow(
      expect.objectContaining({ code: 'FS_IO_OUTPUT_LOST' }),
    )
    expect(readdirSync(join(path, '..'))).toEqual([])
  })

  test('leaves alone what something else put at the path, and says so', async () => {
    const job = await prepareOutput(path, { partitions: 0 })
    writeFileSync(join(path, 'mine'), '')
    await expect(commitJob(job)).rejects.toMatchObject({ code: 'FS_IO_OUTPUT_LOST' })
    await abortJob(job)
    expect(readdirSync(path)).toEqual(['mine'])
    expect(readdirSync(join(path, '..'))).toEqual(['result'])
  })
})

describe('output into a directory that is there', () => {
  test('adds files, and replaces those of the same names', async () => {
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'part-00000'), 'old')
    writeFileSync(join(path, 'part-00009'), 'old')
    const job = await prepareOutput(path, { partitions: 2, allowExisting: true })
    for (const partition of [0, 1]) {
      writePart(job, partition, 0, [partition])
      commitTask(job, { partition, attempt: 0 }, yes)
    }
    expect(readFileSync(join(path, 'part-00000'), 'utf8')).toBe('old')
    await commitJob(job)
    expect(readdirSync(path)).toEqual(['_SUCCESS', 'part-00000', 'part-00001', 'part-00009'])
    expect(readFileSync(join(path, 'part-00000'), 'utf8')).toBe('0\n')
  })

  test('leaves what was there when the job fails', async () => {
    mkdirSync(path, { recursive: true })
    const job = await prepareOutput(path, { partitions: 1, allowExisting: true })
    writePart(job, 0, 0, [1])
    await abortJob(job)
    expect(readdirSync(path)).toEqual([])
  })

  test('is refused where a file is, and made where nothing is', async () => {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, '')
    await expect(prepareOutput(path, { partitions: 1, allowExisting: true })).rejects.toMatchObject({
      code: 'FS_IO_OUTPUT_EXISTS',
    })
    rmSync(path)
    await commitJob(await prepareOutput(path, { partitions: 0, allowExisting: true }))
    expect(readdirSync(path)).toEqual(['_SUCCESS'])
  })
})

describe('a text writer', () => {
  test('writes records longer than its buffer, and counts', async () => {
    const job = await prepareOutput(path, { partitions: 1 })
    const long = '水'.repeat(100_000)
    const writer = openTextWriter(job, { partition: 0, attempt: 0 })
    writer.write(['a', long, 'b'])
    writer.write([])
    writer.write([['k', 1]])
    writer.close()
    expect(writer.recordsWritten).toBe(4)
    expect(writer.bytesWritten).toBe(300_000 + 9)
    commitTask(job, { partition: 0, attempt: 0 }, yes)
    await commitJob(job)
    expect(readFileSync(join(path, 'part-00000'), 'utf8')).toBe(`a\n${long}\nb\nk,1\n`)
  })
})
