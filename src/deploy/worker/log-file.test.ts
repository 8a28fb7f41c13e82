import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../common/index.js'
import { LogFile } from './log-file.js'
import { readLogPart } from './log-reader.js'
import { rolledFiles } from './rolled-name.js'
import { neverRolls, type RollingPolicy } from './rolling-policy.js'

let folder: string
let clock: ManualClock
let problems: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-log-'))
  clock = new ManualClock(Date.UTC(2026, 10, 28, 12))
  problems = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function openLog(policy: Partial<RollingPolicy>): LogFile {
  const onProblem = (problem: string) => void problems.push(problem)
  return new LogFile(folder, 'stderr', { policy: { ...neverRolls, ...policy }, clock, onProblem })
}

const read = (range: { end?: number; bytes: number }) => readLogPart(folder, 'stderr', range)

/** Numbers from a seed, the same each time. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('a log', () => {
  test('rolls by size into numbered files, of which the latest are kept', async () => {
    const log = openLog({ maxBytes: 10, retained: 2 })
    for (const line of ['one 45678\n', 'two 45678\n', 'three 678\n', 'four 5678\n', 'five\n'])
      log.write(Buffer.from(line))
    await log.close()
    const files = rolledFiles(readdirSync(folder), 'stderr')
    expect(files.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['three 678\n', 'four 5678\n'])
    expect(files.every((name) => /^stderr--2026-11-\d\d--\d\d-00-00--\d$/.test(name))).toBe(true)
    expect(readFileSync(join(folder, 'stderr'), 'utf8')).toBe('five\n')
    expect(problems).toEqual([])
  })

  test('rolls by time at the first write after the interval has ended', async () => {
    const log = openLog({ intervalMs: 60_000 })
    log.write(Buffer.from('early'))
    clock.advance(59_000)
    log.write(Buffer.from(' same'))
    clock.advance(5 * 60_000)
    log.write(Buffer.from('late'))
    await log.close()
    const [only, ...more] = rolledFiles(readdirSync(folder), 'stderr')
    expect(more).toEqual([])
    expect(readFileSync(join(folder, only!), 'utf8')).toBe('early same')
    expect(readFileSync(join(folder, 'stderr'), 'utf8')).toBe('late')
  })

  test('goes on where an earlier one of the folder stopped, though the clock went back', async () => {
    const first = openLog({ maxBytes: 4 })
    first.write(Buffer.from('aaaabbbbcc'))
    await first.close()
    clock = new ManualClock(0)
    const second = openLog({ maxBytes: 4 })
    second.write(Buffer.from('ccdd'))
    await second.close()
    expect((await read({ bytes: 100 }))?.text).toBe('aaaabbbbccccdd')
  })

  test('that can no longer be written says so once, and goes on', async () => {
    const log = openLog({ maxBytes: 4 })
    log.write(Buffer.from('aaaa'))
    rmSync(folder, { recursive: true })
    for (let i = 0; i < 3; i++) log.write(Buffer.from('bbbb'))
    expect(problems).toHaveLength(1)
    mkdirSync(folder)
    log.write(Buffer.from('back'))
    await log.close()
    expect(readFileSync(join(folder, 'stderr'), 'utf8')).toBe('back')
  })
})

describe('reading', () => {
  test('any part, over plain and compressed files, is what was written, cut at whole characters', async () => {
    const pieces = ['plain text ', 'größer ', '日本語 ', '🙂🙃', '\n', 'é']
    for (let seed = 1; seed <= 12; seed++) {
      rmSync(folder, { recursive: true })
      mkdirSync(folder)
      const next = random(seed)
      const log = openLog({ maxBytes: 20 + next(100), compress: seed % 2 === 0 })
      let all = Buffer.alloc(0)
      for (let i = 0; i < 60; i++) {
        const piece = Buffer.from(pieces[next(pieces.length)]!.repeat(1 + next(3)))
        all = Buffer.concat([all, piece])
        log.write(piece)
      }
      if (seed % 4 < 2) await log.close()
      for (let i = 0; i < 40; i++) {
        const [end, bytes] = [next(all.length + 10), 4 + next(200)]
        const part = (await read({ end, bytes }))!
        const label = `seed ${seed}, end ${end}, bytes ${bytes}`
        expect(part.total, label).toBe(all.length)
        expect(part.text, label).toBe(all.toString('utf8', part.start, part.end))
        expect(part.text, label).not.toContain('\ufffd')
        expect(Math.min(end, all.length) - part.end, label).toBeLessThan(4)
        expect(part.end - part.start, label).toBeLessThanOrEqual(bytes)
        expect(part.start === 0 || part.end - part.start > bytes - 4, label).toBe(true)
      }
      await log.close()
    }
  })

  test('pages backwards from the end give the whole log, each byte once', async () => {
    const log = openLog({ maxBytes: 50, compress: true })
    const text = Array.from({ length: 100 }, (_, i) => `Zeile ${i} – ok\n`).join('')
    log.write(Buffer.from(text))
    await log.close()
    let whole = ''
    for (let end: number | undefined; end !== 0; ) {
      const part = (await read({ end, bytes: 37 }))!
      whole = part.text + whole
      end = part.start
    }
    expect(whole).toBe(text)
  })

  test('a character that is not there whole yet waits for its rest', async () => {
    const log = openLog({})
    const smile = Buffer.from('🙂')
    log.write(Buffer.concat([Buffer.from('ok '), smile.subarray(0, 2)]))
    expect(await read({ bytes: 100 })).toEqual({ text: 'ok ', start: 0, end: 3, total: 5 })
    log.write(smile.subarray(2))
    expect((await read({ bytes: 100 }))?.text).toBe('ok 🙂')
    await log.close()
  })

  test('bytes that are no text are cut where they stand', async () => {
    const log = openLog({})
    log.write(Buffer.alloc(50, 0x80))
    expect(await read({ end: 40, bytes: 10 })).toMatchObject({ start: 30, end: 40, total: 50 })
    await log.close()
  })

  test('a log that is not there, and a link that a process has put in its place, are not read', async () => {
    expect(await read({ bytes: 10 })).toBeUndefined()
    expect(await readLogPart(join(folder, 'none'), 'stderr', { bytes: 10 })).toBeUndefined()
    writeFileSync(join(folder, 'secret'), 'secret')
    symlinkSync(join(folder, 'secret'), join(folder, 'stderr'))
    symlinkSync(join(folder, 'secret'), join(folder, 'stderr--2026-11-28--12-00-00--1'))
    expect(await read({ bytes: 10 })).toBeUndefined()
  })

  test('no more than a MiB is given at once', async () => {
    const log = openLog({})
    log.write(Buffer.alloc(3 * 2 ** 20, 'x'))
    expect(await read({ bytes: 2 ** 30 })).toMatchObject({ start: 2 * 2 ** 20, end: 3 * 2 ** 20 })
    await log.close()
  })
})
