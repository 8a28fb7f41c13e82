import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cutSplit, drain, testFolder, wholeSplitOf } from './io.test-kit.js'
import { openObjectReader } from './object-reader.js'
import { type ObjectWriterOptions, openObjectWriter } from './object-writer.js'
import { commitJob, commitTask, prepareOutput } from './output-committer.js'

const folder = testFolder()
let runs = 0

async function write(records: unknown[], options: ObjectWriterOptions = {}): Promise<string> {
  const path = join(folder, `objects${runs++}`)
  const job = await prepareOutput(path, { partitions: 1 })
  const task = { partition: 0, attempt: 0 }
  const writer = openObjectWriter(job, task, options)
  for (let at = 0; at < records.length; at += 1000) writer.write(records.slice(at, at + 1000))
  writer.close()
  expect(writer.recordsWritten).toBe(records.length)
  commitTask(job, task, { canCommit: () => true })
  await commitJob(job)
  return join(path, 'part-00000')
}

describe('an object file', () => {
  test('gives each record once, whatever the size of splits', async () => {
    const records = Array.from({ length: 3000 }, (_, i) => ({
      id: i,
      text: `text ${i} ${'z'.repeat(i % 300)}`,
      big: BigInt(i),
    }))
    const whole = wholeSplitOf(await write(records))
    expect(whole.fileSize).toBeGreaterThan(300_000)
    for (const splitBytes of [5, 24, 1000, 30_011, 65_536, 100_000, whole.fileSize]) {
      const splits = cutSplit(whole, splitBytes)
      const some =
        splitBytes < 1000
          ? [...splits.slice(0, 40), { ...whole, start: 40 * splitBytes, length: whole.fileSize }]
          : splits
      expect(some.flatMap((split) => drain(openObjectReader(split)))).toEqual(records)
    }
  })

  test('holds what the serializer knows, compressed if asked for, and nothing as well', async () => {
    const records = [
      [1, { a: new Date(0) }],
      new Map([['k', new Set([1])]]),
      undefined,
      null,
      Buffer.from('x'),
      'é',
      1n,
    ]
    expect(drain(openObjectReader(wholeSplitOf(await write(records))))).toEqual(records)
    const many = Array.from({ length: 5000 }, (_, i) => `the same text ${i % 10}`)
    const packed = wholeSplitOf(await write(many, { compression: 'deflate' }))
    expect(packed.fileSize).toBeLessThan(20_000)
    expect(drain(openObjectReader(packed))).toEqual(many)
    expect(drain(openObjectReader(wholeSplitOf(await write([]))))).toEqual([])
  })

  test('that is cut off or damaged, or is none, is refused with its name', async () => {
    const path = await write(Array.from({ length: 2000 }, (_, i) => `record ${i} ${'y'.repeat(200)}`))
    const bytes = readFileSync(path)
    for (const length of [10, 30, 1000, bytes.length - 20, bytes.length - 1]) {
      const cut = wholeSplitOf(join(folder, 'cut'), bytes.subarray(0, length))
      expect(() => drain(openObjectReader(cut)), `${length}`).toThrow(
        expect.objectContaining({ code: 'FS_IO_CORRUPT' }),
      )
    }
    const changed = Buffer.from(bytes)
    changed[500] = (changed[500] as number) ^ 1
    expect(() => drain(openObjectReader(wholeSplitOf(join(folder, 'changed'), changed)))).toThrow(
      expect.objectContaining({ code: 'FS_SERIALIZER_CORRUPT', message: expect.stringContaining('changed') }),
    )
    const text = wholeSplitOf(join(folder, 'text'), 'hello\n'.repeat(10))
    expect(() => drain(openObjectReader(text))).toThrow(/no object file/)
  })
})
