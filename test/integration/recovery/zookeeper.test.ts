import { createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { SparkConf } from '../../../src/common/conf/index.js'
import { systemClock } from '../../../src/common/index.js'
import { type RecoveryRecord, recoveryMode } from '../../../src/deploy/recovery/index.js'
import { loadClientLibrary } from '../../../src/deploy/recovery/zookeeper/client-library.js'
import { ZooKeeperSession } from '../../../src/deploy/recovery/zookeeper/zookeeper-session.js'
import { eventually, failureOf } from '../../kit/eventually.js'
import { TcpRelay } from '../../kit/tcp-relay.js'
import { ZooKeeperEnsemble, zooKeeperMissing } from '../../kit/zookeeper.js'
import { Candidate } from './candidate.js'

const missing = await zooKeeperMissing()

let ensemble: ZooKeeperEnsemble
let folders = 0
const sessions: ZooKeeperSession[] = []
const relays: TcpRelay[] = []

afterEach(async () => {
  await Candidate.endAll()
  await Promise.all(sessions.splice(0).map((session) => session.close(1_000)))
  await Promise.all(relays.splice(0).map((relay) => relay.close()))
})

/** A folder of its own for each test. */
const settingsOf = (more: Record<string, string> = {}): Record<string, string> => ({
  'spark.deploy.recoveryMode': 'ZOOKEEPER',
  'spark.deploy.zookeeper.url': ensemble.url,
  'spark.deploy.zookeeper.dir': `/test/${folders++}`,
  'spark.firesteel.deploy.zookeeper.sessionTimeout': '4s',
  ...more,
})

/** A stranger's view of the nodes. */
async function stranger(digest?: string): Promise<ZooKeeperSession> {
  const library = await loadClientLibrary()
  const servers = ensemble.ports.map((port) => ({ host: '127.0.0.1', port }))
  const events = { connected: () => undefined, ended: () => undefined }
  const session = new ZooKeeperSession({ library, servers, timeoutMs: 10_000, digest, clock: systemClock }, events)
  sessions.push(session)
  await session.connectedWithin(10_000)
  return session
}

/** All servers behind relays, with the URL of those. */
async function behindRelays(): Promise<{ url: string; hold(): void; release(): void }> {
  const own = await Promise.all(ensemble.ports.map((port) => TcpRelay.open(port)))
  relays.push(...own)
  return {
    url: ensemble.ports.map((port) => `${TcpRelay.host}:${port}`).join(','),
    hold: () => own.forEach((relay) => void relay.hold()),
    release: () => own.forEach((relay) => void relay.release()),
  }
}

const driver = (id: string, more: object = {}) => ({ kind: 'driver', id, ...more }) as RecoveryRecord
const idsOf = (records: readonly RecoveryRecord[]) => records.map(({ id }) => id).sort()

describe.skipIf(missing !== undefined)('with one ZooKeeper server', () => {
  beforeAll(async () => {
    ensemble = await ZooKeeperEnsemble.start(1)
  }, 300_000)
  afterAll(() => ensemble?.stop())

  test('one of three candidates leads, the next in line follows, and each finds what was stored', async () => {
    const settings = settingsOf()
    const candidates = [
      await Candidate.start('a', settings),
      await Candidate.start('b', settings),
      await Candidate.start('c', settings),
    ]
    const epochs: number[] = []
    for (const [at, leader] of candidates.entries()) {
      epochs.push((await leader.when('elected')).epoch)
      for (const later of candidates.slice(at + 1)) {
        expect(later.told).toEqual([])
        expect((await later.ask({ type: 'store', record: driver('x') })).error?.code).toBe('FS_RECOVERY_NOT_LEADER')
        expect((await later.ask({ type: 'readAll' })).error?.code).toBe('FS_RECOVERY_NOT_LEADER')
      }
      expect(await leader.records()).toHaveLength(at)
      await leader.get({ type: 'store', record: driver(`d${at}`) })
      await leader.stop()
      expect(leader.told).toEqual(['elected'])
    }
    expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b))
    expect(epochs[0]).toBeGreaterThan(1_700_000_000_000)
  })

  test('the death of the leading process makes the next one lead', async () => {
    const settings = settingsOf()
    const a = await Candidate.start('a', settings)
    const b = await Candidate.start('b', settings)
    await a.when('elected')
    await a.get({ type: 'store', record: driver('d') })
    await a.kill()
    const { epoch } = await b.when('elected')
    expect(epoch).toBeGreaterThan(a.epochs[0]!)
    expect(idsOf(await b.records())).toEqual(['d'])
  })

  test('the death of one that does not lead is no matter', async () => {
    const settings = settingsOf()
    const a = await Candidate.start('a', settings)
    const b = await Candidate.start('b', settings)
    const c = await Candidate.start('c', settings)
    await a.when('elected')
    await b.kill()
    const session = await stranger()
    const line = `${settings['spark.deploy.zookeeper.dir']}/leader_election`
    await eventually("the end of b's session", async () => (await session.getChildren(line))?.length === 2)
    expect([a.told, c.told]).toEqual([['elected'], []])
    await a.stop()
    await c.when('elected')
  })

  test('a leader that was frozen past its session does nothing as one when it goes on', async () => {
    const settings = settingsOf()
    const a = await Candidate.start('a', settings)
    const b = await Candidate.start('b', settings)
    await a.when('elected')
    a.signal('SIGSTOP')
    const late = a.askLater({ type: 'store', record: driver('late') })
    await b.when('elected')
    a.signal('SIGCONT')
    const answer = await late()
    expect(answer.isLeading).toBe(false)
    expect(answer.error?.code).toBe('FS_RECOVERY_NOT_LEADER')
    await a.when('deposed')
    expect(await b.records()).toEqual([])
    // It stands again, behind the other.
    await b.stop()
    expect((await a.when('elected', 2)).epoch).toBeGreaterThan(b.epochs[0]!)
  })

  test('a leader that was frozen for less than its session, but too long to be sure, steps down all the same', async () => {
    const a = await Candidate.start('a', settingsOf({ 'spark.firesteel.deploy.zookeeper.sessionTimeout': '9s' }))
    await a.when('elected')
    await a.get({ type: 'store', record: driver('d') })
    const frozenAt = performance.now()
    a.signal('SIGSTOP')
    await eventually('two thirds of its session to pass', () => performance.now() - frozenAt > 6_300)
    const late = a.askLater({ type: 'isLeading' })
    a.signal('SIGCONT')
    expect(await late()).toMatchObject({ isLeading: false, value: false })
    await a.when('deposed')
    await a.when('elected', 2)
    expect(idsOf(await a.records())).toEqual(['d'])
  })

  test('a leader cut off from ZooKeeper is deposed before another is elected', async () => {
    const settings = settingsOf()
    const relay = await behindRelays()
    const a = await Candidate.start('a', { ...settings, 'spark.deploy.zookeeper.url': relay.url })
    const b = await Candidate.start('b', settings)
    await a.when('elected')
    relay.hold()
    const deposed = await a.when('deposed')
    const late = await a.ask({ type: 'store', record: driver('late') })
    const elected = await b.when('elected')
    expect(deposed.at).toBeLessThan(elected.at)
    expect(late.error?.code).toBe('FS_RECOVERY_NOT_LEADER')
    relay.release()
    await b.stop()
    await a.when('elected', 2)
    expect(await a.records()).toEqual([])
  })

  test('a broken connection is made again without a change of leader', async () => {
    const settings = settingsOf({ 'spark.firesteel.deploy.zookeeper.sessionTimeout': '10s' })
    const relay = await behindRelays()
    const a = await Candidate.start('a', { ...settings, 'spark.deploy.zookeeper.url': relay.url })
    const b = await Candidate.start('b', settings)
    await a.when('elected')
    for (let cut = 0; cut < 10; cut++) {
      const storing = a.askLater({ type: 'storeMany', count: 50 })
      relays[0]!.cutOne()
      expect((await storing()).error).toBeUndefined()
      await a.get({ type: 'store', record: driver(`cut-${cut}`) })
    }
    expect(await a.records()).toHaveLength(60)
    expect([a.told, b.told]).toEqual([['elected'], []])
  })

  test("another leader's mark ends every write of the one before", async () => {
    const settings = settingsOf()
    const a = await Candidate.start('a', settings)
    await a.when('elected')
    await a.get({ type: 'store', record: driver('d') })
    const session = await stranger()
    await session.setData(`${settings['spark.deploy.zookeeper.dir']}/epoch`, Buffer.from('{"epoch":9000000000000}'))
    const { error } = await a.ask({ type: 'store', record: driver('late') })
    expect(error?.code).toBe('FS_RECOVERY_NOT_LEADER')
    await a.when('deposed')
    expect((await a.when('elected', 2)).epoch).toBe(9_000_000_000_001)
    expect(idsOf(await a.records())).toEqual(['d'])
  })

  test('thousands of records are stored and read back, and removed', async () => {
    const a = await Candidate.start('a', settingsOf(), { secret: 's3cret' })
    await a.when('elected')
    await a.get({ type: 'storeMany', count: 2_000 })
    await a.get({ type: 'storeMany', count: 200, inTurn: true })
    const records = await a.records()
    expect(new Set(idsOf(records)).size).toBe(2_000)
    for (let at = 0; at < 2_000; at += 2) void a.askLater({ type: 'remove', kind: 'driver', id: `driver-${at}` })
    await a.get({ type: 'remove', kind: 'driver', id: 'never-there' })
    expect(await a.records()).toHaveLength(1_000)
  })

  test('a record of several megabytes is whole in every version, and leaves nothing behind', async () => {
    const settings = settingsOf()
    const a = await Candidate.start('a', settings, { secret: 's3cret' })
    await a.when('elected')
    const session = await stranger()
    const parts = `${settings['spark.deploy.zookeeper.dir']}/master_status_parts`
    for (const [bytes, nodes] of [
      [3_000_000, 3],
      [2_000_000, 2],
      [10, 0],
      [4_200_000, 4],
    ] as const) {
      const text = noise(bytes)
      await a.get({ type: 'store', record: driver('big', { text }) })
      expect(await a.records()).toEqual([driver('big', { text })])
      expect(await session.getChildren(parts)).toHaveLength(nodes)
    }
    await session.create(`${parts}/left-by-a-crash`, Buffer.from('x'))
    await a.get({ type: 'remove', kind: 'driver', id: 'big' })
    expect(await a.records()).toEqual([])
    expect(await session.getChildren(parts)).toEqual([])
  })

  test('what is stored is not readable without the secret', async () => {
    const settings = settingsOf()
    const a = await Candidate.start('a', settings, { secret: 's3cret' })
    await a.when('elected')
    await a.get({ type: 'store', record: driver('d', { password: 'hush-hush' }) })
    const session = await stranger()
    const path = `${settings['spark.deploy.zookeeper.dir']}/master_status/driver_d`
    expect((await session.getData(path))?.data.toString('latin1')).not.toContain('hush-hush')
    await a.stop()
    const b = await Candidate.start('b', settings)
    await b.when('elected')
    expect(await b.records()).toEqual([])
    expect(b.warnings.join('\n')).toMatch(/not encrypted[\s\S]*driver_d is not used.*no secret/)
    await b.stop()
    const c = await Candidate.start('c', settings, { secret: 's3cret' })
    await c.when('elected')
    expect(await c.records()).toEqual([driver('d', { password: 'hush-hush' })])
  })

  test('nodes made by one that signs in are closed to others', async () => {
    const digest = 'cluster:s3cret'
    const settings = settingsOf({ 'spark.firesteel.deploy.zookeeper.digest': digest })
    const a = await Candidate.start('a', settings)
    await a.when('elected')
    await a.get({ type: 'store', record: driver('d') })
    const path = `${settings['spark.deploy.zookeeper.dir']}/master_status/driver_d`
    const open = await stranger()
    expect((await failureOf(open.getData(path))).message).toContain('noAuth')
    expect((await (await stranger(digest)).getData(path))?.data).toBeDefined()
    await a.stop()
    const failure = await failureOf(
      Candidate.start('b', { ...settings, 'spark.firesteel.deploy.zookeeper.digest': 'x:y' }),
    )
    expect(failure.message).toContain('FS_RECOVERY_ZOOKEEPER')
  })

  test("strangers' nodes are passed over and left alone", async () => {
    const settings = settingsOf()
    const folder = settings['spark.deploy.zookeeper.dir']!
    const a = await Candidate.start('a', settings)
    await a.when('elected')
    const session = await stranger()
    // As Spark would leave them: a serialized Java object, and a latch without a session.
    const names = ['app_app-1', 'driver_d', 'nonsense', 'ünïcode', 'firesteel-parts']
    for (const name of names)
      await session.create(`${folder}/master_status/${name}`, Buffer.from([0xac, 0xed, 0, 5, 0x73]))
    await session.setData(
      `${folder}/master_status/firesteel-parts`,
      Buffer.from('firesteel-parts 1 {"generation":"../..","count":1e9}\n'),
    )
    await session.create(`${folder}/leader_election/no-number`, Buffer.alloc(0))
    await session.create(`${folder}/leader_election/stays-0000000000`, Buffer.alloc(0))
    const b = await Candidate.start('b', settings)
    await a.stop()
    await b.when('elected')
    expect(await b.records()).toEqual([])
    expect(b.warnings.filter((message) => message.includes('is not used'))).toHaveLength(names.length)
    expect(b.warnings.join('\n')).toContain('no-number')
    // One of the same name gives way to the real one.
    await b.get({ type: 'store', record: driver('d') })
    expect(await b.records()).toEqual([driver('d')])
    expect(await session.getChildren(`${folder}/master_status`)).toHaveLength(names.length)
  })

  test('one whose node is taken from the line leads no longer, and stands again', async () => {
    const settings = settingsOf()
    const a = await Candidate.start('a', settings)
    const b = await Candidate.start('b', settings)
    await a.when('elected')
    const line = `${settings['spark.deploy.zookeeper.dir']}/leader_election`
    const session = await stranger()
    const [first] = [...((await session.getChildren(line)) ?? [])].sort((x, y) =>
      x.slice(-10) < y.slice(-10) ? -1 : 1,
    )
    await session.transact([{ type: 'remove', path: `${line}/${first}` }])
    await b.when('elected')
    await a.when('deposed')
    expect((await a.ask({ type: 'store', record: driver('late') })).error?.code).toBe('FS_RECOVERY_NOT_LEADER')
    await b.stop()
    await a.when('elected', 2)
  })

  test('everything may lie below a root of its own', async () => {
    const settings = settingsOf({
      'spark.deploy.zookeeper.url': `${ensemble.url}/clusters/one`,
      'spark.deploy.zookeeper.dir': '/',
    })
    const a = await Candidate.start('a', settings)
    await a.when('elected')
    await a.get({ type: 'store', record: driver('d') })
    const session = await stranger()
    expect(await session.getChildren('/clusters/one/master_status')).toEqual(['driver_d'])
    await a.stop()
  })
})

describe('without a ZooKeeper server', () => {
  async function listening({ onTestFinished }: TestContext, onConnection: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      onConnection(socket)
    })
    onTestFinished(() => void server.close())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as { port: number }).port
  }

  async function failureAt(url: string): Promise<Error> {
    const conf = new SparkConf(false).setAll({
      'spark.deploy.recoveryMode': 'ZOOKEEPER',
      'spark.deploy.zookeeper.url': url,
      'spark.firesteel.deploy.zookeeper.sessionTimeout': '2s',
    })
    const mode = await recoveryMode(conf)
    const { election } = await mode.open({ conf, masterUrl: 'spark://a:7077', secret: 's', log: () => undefined })
    return failureOf(election.start({ elected: () => undefined, deposed: () => undefined }), 30_000)
  }

  test.concurrent('a wrong address is one clear error', async () => {
    const failure = await failureAt('127.0.0.1:1')
    expect(failure).toMatchObject({ code: 'FS_RECOVERY_ZOOKEEPER_UNREACHABLE' })
    expect(failure.message).toMatch(/127\.0\.0\.1:1 .*ECONNREFUSED/)
  })

  test.concurrent('so is a server that never answers', async (context) => {
    const port = await listening(context, () => undefined)
    expect((await failureAt(`127.0.0.1:${port}`)).message).toMatch(/no answer within/)
  })

  test.concurrent('so is one that speaks something else', async (context) => {
    const port = await listening(context, (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect((await failureAt(`127.0.0.1:${port}`)).message).toContain(`127.0.0.1:${port}`)
  })

  test.concurrent('so is one whose messages are none', async (context) => {
    const garbage = await listening(context, (socket) => socket.write(Buffer.from([0, 0, 0, 2, 1, 1])))
    expect((await failureAt(`127.0.0.1:${garbage}`)).message).toContain('does not speak as ZooKeeper does')
  })
})

/** Text that compression makes a third smaller, and no more. */
function noise(length: number): string {
  let text = ''
  while (text.length < length) text += Math.random().toString(36).slice(2)
  return text.slice(0, length)
}
