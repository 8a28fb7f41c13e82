import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { RecoveryRecord } from '../../../src/deploy/recovery/index.js'
import { ZooKeeperEnsemble, zooKeeperMissing } from '../../kit/zookeeper.js'
import { Candidate } from './candidate.js'

const missing = await zooKeeperMissing()

let ensemble: ZooKeeperEnsemble
let folders = 0
const numbers = [1, 2, 3]

const settingsOf = (sessionTimeout: string): Record<string, string> => ({
  'spark.deploy.recoveryMode': 'ZOOKEEPER',
  'spark.deploy.zookeeper.url': ensemble.url,
  'spark.deploy.zookeeper.dir': `/test/${folders++}`,
  'spark.firesteel.deploy.zookeeper.sessionTimeout': sessionTimeout,
})
const driver = (id: string) => ({ kind: 'driver', id }) as RecoveryRecord

describe.skipIf(missing !== undefined)('with three ZooKeeper servers', () => {
  beforeAll(async () => {
    ensemble = await ZooKeeperEnsemble.start(3)
  }, 300_000)
  afterEach(() => Candidate.endAll())
  afterAll(() => ensemble?.stop())

  test('the death of the server that leads the ensemble deposes no master, and what it was storing is stored', async () => {
    const settings = settingsOf('10s')
    const a = await Candidate.start('a', settings)
    const b = await Candidate.start('b', settings)
    await a.when('elected')
    for (let kill = 0; kill < 3; kill++) {
      const leader = await ensemble.leader()
      const storing = Array.from({ length: 20 }, (_, at) =>
        a.askLater({ type: 'store', record: driver(`during-${kill}-${at}`) }),
      )
      await ensemble.kill(leader)
      for (const answer of storing) expect((await answer()).error).toBeUndefined()
      await a.get({ type: 'store', record: driver(`after-${kill}`) })
      ensemble.launch(leader)
      await ensemble.ready()
    }
    expect([a.told, b.told]).toEqual([['elected'], []])
    expect(await a.records()).toHaveLength(63)
  })

  test('a leader does not trust a server that has lost the others', async () => {
    const a = await Candidate.start('a', settingsOf('4s'))
    await a.when('elected')
    // Whichever server it is connected to answers reads for some seconds yet.
    const leader = await ensemble.leader()
    const frozen = [leader, numbers.find((number) => number !== leader)!]
    for (const number of frozen) ensemble.signal(number, 'SIGSTOP')
    try {
      await a.when('deposed')
      expect((await a.ask({ type: 'store', record: driver('late') })).error?.code).toBe('FS_RECOVERY_NOT_LEADER')
    } finally {
      for (const number of frozen) ensemble.signal(number, 'SIGCONT')
    }
    await a.when('elected', 2)
    expect(a.epochs[1]).toBeGreaterThan(a.epochs[0]!)
    expect(await a.records()).toEqual([])
  })

  test('an ensemble that goes down and comes back has one leader again, and the state', async () => {
    const settings = settingsOf('4s')
    const a = await Candidate.start('a', settings)
    const b = await Candidate.start('b', settings)
    await a.when('elected')
    await a.get({ type: 'store', record: driver('d') })
    for (const number of numbers) await ensemble.kill(number)
    await a.when('deposed')
    for (const number of numbers) ensemble.launch(number)
    await ensemble.ready()
    const leader = await Promise.race([a.when('elected', 2).then(() => a), b.when('elected').then(() => b)])
    expect(leader.epochs.at(-1)).toBeGreaterThan(a.epochs[0]!)
    expect(await leader.records()).toEqual([driver('d')])
    const other = leader === a ? b : a
    expect((await other.ask({ type: 'isLeading' })).value).toBe(false)
  })
})
