import { mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../../common/index.js'
import { FileElection } from './file-election.js'

let folder: string
let clock: ManualClock
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-test-'))
  clock = new ManualClock()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function candidate(name: string) {
  const told: string[] = []
  const epochs: number[] = []
  const context = { masterUrl: `spark://${name}:7077`, log: () => undefined }
  const election = new FileElection({ folder, context, clock })
  const events = {
    elected: (epoch: number) => {
      told.push('elected')
      epochs.push(epoch)
    },
    deposed: (reason: string) => told.push(`deposed: ${reason}`),
  }
  return { election, events, told, epochs }
}

/** Lets time pass until something holds; never while a file is read or written, which is when fewer than `timers` are set. */
async function until(timers: number, what: () => boolean): Promise<void> {
  for (let turns = 0; turns < 100_000 && !what(); turns++) {
    if (clock.pending >= timers) clock.advance(100)
    await turn()
  }
  expect(what()).toBe(true)
}

describe('the election by a folder', () => {
  test('has one leader; the other follows when it stops, with a higher epoch', async () => {
    const [a, b] = [candidate('a'), candidate('b')]
    await a.election.start(a.events)
    await b.election.start(b.events)
    expect([a.told, b.told]).toEqual([['elected'], []])
    expect([a.election.isLeading(), b.election.isLeading()]).toEqual([true, false])
    await a.election.stop()
    await until(1, () => b.told.length > 0)
    expect(b.epochs[0]).toBeGreaterThan(a.epochs[0]!)
    expect(a.told).toEqual(['elected'])
    await a.election.start(a.events)
    await b.election.stop()
    await until(1, () => a.told.length > 1)
    expect(a.epochs[1]).toBeGreaterThan(b.epochs[0]!)
    await a.election.stop()
  })

  test('goes on leading for as long as its beats go through', async () => {
    const a = candidate('a')
    await a.election.start(a.events)
    await until(1, () => clock.now() > 200_000)
    expect([a.told, a.election.isLeading()]).toEqual([['elected'], true])
    await a.election.stop()
  })

  test('a leader that was frozen finds out by the clock, before any timer tells it, and stands again', async () => {
    const a = candidate('a')
    await a.election.start(a.events)
    // Time has gone on, and no timer has run yet: as after SIGCONT, when a message comes in first.
    const now = clock.now() + 30_000
    clock.now = () => now
    expect(a.election.isLeading()).toBe(false)
    expect(a.told).toEqual(['elected'])
    await turn()
    expect(a.told[1]).toMatch(/^deposed: its lock could not be kept up/)
    clock.now = ManualClock.prototype.now
    await until(1, () => a.told.length > 2)
    expect(a.epochs[1]).toBeGreaterThan(a.epochs[0]!)
    await a.election.stop()
  })

  test('a leader whose lock is gone is deposed', async () => {
    const a = candidate('a')
    await a.election.start(a.events)
    unlinkSync(join(folder, readdirSync(folder).find((name) => name.startsWith('leader-'))!))
    await until(1, () => a.told.length >= 3)
    expect(a.told).toEqual(['elected', 'deposed: another master has taken over its lock', 'elected'])
    await a.election.stop()
  })

  test('epochs grow whatever the clock says, and a damaged one is passed over', async () => {
    writeFileSync(join(folder, 'epoch'), '9000000000000\n')
    const a = candidate('a')
    await a.election.start(a.events)
    await a.election.stop()
    await a.election.start(a.events)
    expect(a.epochs).toEqual([9_000_000_000_001, 9_000_000_000_002])
    await a.election.stop()
    writeFileSync(join(folder, 'epoch'), 'damaged')
    await a.election.start(a.events)
    expect(a.epochs[2]).toBeGreaterThan(1_700_000_000_000)
    await a.election.stop()
  })

  test('without its folder nobody becomes a candidate', async () => {
    const a = candidate('a')
    rmSync(folder, { recursive: true })
    await expect(a.election.start(a.events)).rejects.toThrow('ENOENT')
  })
})
