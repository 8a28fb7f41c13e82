import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LeaderLock } from './leader-lock.js'
import { ownIdentity, type ProcessIdentity } from './process-identity.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const own = ownIdentity()
const elsewhere: ProcessIdentity = {
  pid: 4711,
  host: 'elsewhere',
  machine: 'm2',
  pidSpace: 'boot2/pid:[1]',
  started: '5',
}
const lockOf = (identity: ProcessIdentity = own) =>
  new LeaderLock({ folder, identity, masterUrl: `spark://${identity.host}:7077`, staleAfterMs: 1_000 })

describe('the lock of a folder', () => {
  test('is held by one, and goes to the next when released', async () => {
    const [a, b] = [lockOf(), lockOf()]
    expect(await a.attempt('a', 0)).toEqual({ held: true })
    expect(await b.attempt('b', 0)).toMatchObject({ held: false, by: { token: 'a', pid: process.pid } })
    expect(await b.attempt('b', 1_000_000)).toMatchObject({ held: false }) // its process lives, beats or none
    await a.release()
    expect(await a.beat()).toBe(false)
    expect(await b.attempt('b', 2)).toEqual({ held: true })
    expect(await b.beat()).toBe(true)
    await b.release()
    expect(readdirSync(folder)).toEqual([])
  })

  test('is taken over at once from a process that has ended', async () => {
    await lockOf({ ...own, started: '1' }).attempt('dead', 0) // its pid is another process's now
    const lock = lockOf()
    expect(await lock.attempt('next', 0)).toEqual({ held: true })
    expect(readdirSync(folder)).toEqual(['leader-2.lock'])
  })

  test('is taken over at once after the machine was started anew', async () => {
    if (own.machine === '') return
    await lockOf({ ...own, pidSpace: 'an-earlier-boot/pid:[1]' }).attempt('dead', 0)
    expect(await lockOf().attempt('next', 0)).toEqual({ held: true })
  })

  test('of another machine is taken over when it has not changed for long, and its holder finds out', async () => {
    const far = lockOf(elsewhere)
    await far.attempt('far', 0)
    const near = lockOf()
    expect(await near.attempt('near', 0)).toMatchObject({ held: false, by: { host: 'elsewhere' } })
    expect(await far.beat()).toBe(true)
    expect(await near.attempt('near', 999)).toMatchObject({ held: false })
    expect(await near.attempt('near', 1_500)).toMatchObject({ held: false })
    expect(await near.attempt('near', 2_000)).toEqual({ held: true })
    expect(await far.beat()).toBe(false)
  })

  test('that says nothing readable is waited for, then taken over', async () => {
    writeFileSync(join(folder, 'leader-7.lock'), '{"pid":')
    const lock = lockOf()
    expect(await lock.attempt('x', 0)).toMatchObject({ held: false })
    expect(await lock.attempt('x', 1_000)).toEqual({ held: true })
    expect(readdirSync(folder)).toEqual(['leader-8.lock'])
  })

  test('never has two holders, whatever the order of looks and deeds', async () => {
    for (let round = 0; round < 20; round++) {
      await lockOf({ ...own, started: '1' }).attempt('dead', 0)
      const locks = Array.from({ length: 8 }, () => lockOf())
      const attempts = await Promise.all(locks.map((lock, at) => lock.attempt(`${at}`, 0)))
      const holders = locks.filter((_, at) => attempts[at]!.held)
      expect(holders.length).toBeLessThanOrEqual(1)
      for (const holder of holders) expect(await holder.beat()).toBe(true)
      // Whoever tries again alone gets it, unless one of them has it.
      if (holders.length === 0) expect((await locks[0]!.attempt('again', 0)).held).toBe(true)
      for (const lock of locks) await lock.release()
      expect(readdirSync(folder)).toEqual([])
    }
  })

  test('says who holds it', async () => {
    await lockOf().attempt('t', 0)
    const text = readFileSync(join(folder, 'leader-1.lock'), 'utf8')
    expect(JSON.parse(text)).toMatchObject({
      pid: process.pid,
      masterUrl: `spark://${own.host}:7077`,
      token: 't',
      beat: 0,
    })
  })
})
