import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RecoveryRecord } from '../../../src/deploy/recovery/index.js'
import { Candidate } from './candidate.js'

let parent: string
let settings: Record<string, string>
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'firesteel-test-'))
  settings = { 'spark.deploy.recoveryMode': 'FILESYSTEM', 'spark.deploy.recoveryDirectory': join(parent, 'state') }
})
afterEach(async () => {
  await Candidate.endAll()
  rmSync(parent, { recursive: true, force: true })
})

const driver = (id: string) => ({ kind: 'driver', id }) as RecoveryRecord

describe('two masters on one folder', () => {
  test('one leads; when it is killed the other takes over at once, with what was stored', async () => {
    const a = await Candidate.start('a', settings)
    const b = await Candidate.start('b', settings)
    await a.when('elected')
    await a.get({ type: 'store', record: driver('d') })
    expect((await b.ask({ type: 'store', record: driver('x') })).error?.code).toBe('FS_RECOVERY_NOT_LEADER')
    await a.kill()
    expect((await b.when('elected')).epoch).toBeGreaterThan(a.epochs[0]!)
    expect(await b.records()).toEqual([driver('d')])
    await b.stop()
    expect(readdirSync(join(parent, 'state')).sort()).toEqual(['driver_d.record', 'epoch'])
    expect(statSync(join(parent, 'state')).mode & 0o777).toBe(0o700)
  })

  test('one that is only frozen keeps its lock, and goes on leading', async () => {
    const a = await Candidate.start('a', settings)
    const b = await Candidate.start('b', settings)
    a.signal('SIGSTOP')
    await sleep(3_000) // beats are missed, and looks made
    a.signal('SIGCONT')
    await a.get({ type: 'store', record: driver('d') })
    expect([a.told, b.told]).toEqual([['elected'], []])
    await a.stop()
    await b.when('elected')
  })
})

test('a master killed at any moment leaves every record whole, and none older than it said', async () => {
  const seen: string[] = []
  for (let round = 0; round < 12; round++) {
    const a = await Candidate.start(`a${round}`, settings)
    const before = await a.records()
    a.askLater({ type: 'storeForever' })
    await a.when('stored', 20 + round * 17)
    await a.kill()
    const last = new Map<string, number>()
    for (const report of a.reports) if (report.type === 'stored') last.set(report.id, report.version)
    const b = await Candidate.start(`b${round}`, settings)
    const records = (await b.records()) as (RecoveryRecord & { version: number; text: string })[]
    expect(records.map(({ id }) => id).sort()).toEqual(['d0', 'd1', 'd2', 'd3', 'd4'])
    for (const { id, version, text } of records) {
      expect(text.length).toBe(version)
      expect(version).toBeGreaterThanOrEqual(last.get(id)!)
    }
    expect(b.warnings).toEqual([])
    seen.push(`${before.length}`)
    await b.stop()
  }
  expect(seen.slice(1).every((count) => count === '5')).toBe(true)
})
