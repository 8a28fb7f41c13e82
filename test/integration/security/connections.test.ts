import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SparkContext } from 'firesteel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNetworkRpc } from '../../../src/rpc/index.js'
import { eventually, failureOf } from '../../kit/eventually.js'
import { executorPids } from '../../kit/processes.js'
import { withContext } from '../../kit/with-context.js'

const master = 'local-cluster[2,1,512]'
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-security-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const inFolder = (name: string) => join(folder, name)

/** Touches every kind of connection: tasks, shuffle between executors, a cached block, a broadcast, a result too large to come along. */
async function everything(sc: SparkContext): Promise<void> {
  const factor = sc.broadcast(Array.from({ length: 50_000 }, () => 2))
  const doubled = sc
    .parallelize(
      Array.from({ length: 1000 }, (_, i) => i),
      4,
    )
    .map((n) => n * (factor.value[n] as number))
  doubled.cache()
  expect(await doubled.count()).toBe(1000)
  const sums = doubled.map((n): [number, number] => [n % 10, n]).reduceByKey((a, b) => a + b, 3)
  expect((await sums.collect()).reduce((total, [, n]) => total + n, 0)).toBe(999_000)
  const large = await sc
    .parallelize([1, 2], 2)
    .map((n) => String(n).repeat(2_000_000))
    .collect()
  expect(large.map((text) => text.length)).toEqual([2_000_000, 2_000_000])
}

/** Where executors dial the driver, as the settings have it once it listens. */
function driverAddress(sc: SparkContext): { host: string; port: number } {
  const conf = sc.getConf()
  return { host: String(conf.get('spark.driver.host')), port: Number(conf.get('spark.driver.port')) }
}

describe('programs run', () => {
  /** Shuffle data goes over the network too, though all executors are on one machine. */
  const remote = { 'spark.shuffle.readHostLocalDisk': 'false' }
  const run = (conf: Record<string, string>) =>
    withContext(master, ({ sc }) => everything(sc), { conf: { ...remote, ...conf } })

  test('with a secret of their own', () => run({}))
  test('with a secret from the settings', () => run({ 'spark.authenticate.secret': 'open sesame' }))
  test('with a secret from a file', () => {
    writeFileSync(inFolder('secret'), 'from a file\n')
    return run({ 'spark.authenticate.secret.file': inFolder('secret') })
  })
  test('without authentication on the loopback address', () => run({ 'spark.authenticate': 'false' }))
  test('with encryption under keys made of the secret', () => run({ 'spark.network.crypto.enabled': 'true' }))
  test('with TLS by one setting', () => run({ 'spark.ssl.enabled': 'true' }))
  test('with TLS and encryption', () =>
    run({ 'spark.ssl.rpc.enabled': 'true', 'spark.network.crypto.enabled': 'true' }))

  test.skipIf(!hasOpenssl)('with TLS by a certificate that an authority signed, and a key with a password', () => {
    openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority')
    openssl('req -newkey rsa:2048 -passout pass:hush -keyout node.key -out node.csr -subj /CN=node')
    openssl('x509 -req -in node.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out node.pem -days 2')
    return run({
      'spark.ssl.enabled': 'true',
      'spark.ssl.privateKey': inFolder('node.key'),
      'spark.ssl.privateKeyPassword': 'hush',
      'spark.ssl.certChain': inFolder('node.pem'),
      'spark.ssl.trustStore': inFolder('ca.pem'),
    })
  })

  test.skipIf(!hasOpenssl)('with TLS by a PKCS#12 file', () => {
    openssl('req -x509 -newkey rsa:2048 -nodes -keyout own.key -out own.pem -days 2 -subj /CN=own')
    openssl('pkcs12 -export -inkey own.key -in own.pem -out own.p12 -passout pass:hush')
    return run({
      'spark.ssl.enabled': 'true',
      'spark.ssl.keyStore': inFolder('own.p12'),
      'spark.ssl.keyStorePassword': 'hush',
      'spark.ssl.trustStore': inFolder('own.pem'),
    })
  })

  const openssl = (line: string) => execFileSync('openssl', line.split(' '), { cwd: folder, stdio: 'pipe' })
})

describe('strangers', () => {
  test('with a wrong secret are refused with one line, and the job goes on', () =>
    withContext(master, async ({ sc, stderr }) => {
      const job = sc
        .parallelize([1, 2, 3, 4], 4)
        .map((n) => n * 2)
        .sum()
      const stranger = createNetworkRpc({ name: 'stranger', secret: Buffer.alloc(32, 1) })
      const refused = await failureOf(stranger.connect(driverAddress(sc)))
      expect(refused).toMatchObject({ code: 'FS_RPC_REFUSED', details: { reason: 'secret-wrong' } })
      await stranger.close()
      expect(await job).toBe(20)
      const lines = await eventually('the log line', () => {
        const found = stderr.linesWith('refused')
        return found.length > 0 ? found : undefined
      })
      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatch(/WARN DriverNetwork: refused 127\.0\.0\.1:\d+: its secret is not ours/)
      expect(await sc.parallelize([1, 2, 3], 2).count()).toBe(3)
    }))

  test('without TLS are refused where TLS is on', () =>
    withContext(
      master,
      async ({ sc, stderr }) => {
        const stranger = createNetworkRpc({ name: 'stranger', secret: 'xyzzy' })
        expect(await failureOf(stranger.connect(driverAddress(sc)))).toMatchObject({ code: 'FS_RPC_REFUSED' })
        await stranger.close()
        expect(await sc.parallelize([1, 2, 3], 2).count()).toBe(3)
        expect(stderr.linesWith('refused')).toHaveLength(1)
      },
      { conf: { 'spark.ssl.enabled': 'true', 'spark.authenticate.secret': 'xyzzy' } },
    ))

  test('by the hundred that speak garbage cost one line, then one with their number, and no job', () =>
    withContext(master, async ({ sc, stderr }) => {
      const address = driverAddress(sc)
      const job = sc
        .parallelize([1, 2, 3, 4], 4)
        .map((n) => n + 1)
        .sum()
      const visits = 300
      for (let i = 0; i < visits; i++) await talkGarbage(address)
      expect(await job).toBe(14)
      expect(await sc.parallelize([1, 2, 3], 2).count()).toBe(3)
      expect(stderr.linesWith('refused')).toHaveLength(1)
      await sc.stop()
      const lines = stderr.linesWith('refused')
      expect(lines).toHaveLength(2)
      expect(lines[1]).toMatch(new RegExp(`and ${visits - 1} more within a minute`))
    }))

  function talkGarbage(address: { host: string; port: number }): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(address, () => socket.write(Buffer.alloc(512, 0x5a)))
      socket.on('error', () => undefined).on('close', () => resolve())
    })
  }
})

describe('secrets', () => {
  const secret = 'a-word-that-occurs-nowhere-else'

  test('reach executors neither by their arguments nor their environment nor the settings that tasks can see', () =>
    withContext(
      master,
      async ({ sc, stderr }) => {
        expect(await sc.parallelize([1, 2], 2).count()).toBe(2)
        for (const pid of executorPids()) {
          for (const file of ['cmdline', 'environ']) {
            expect(readProc(pid, file)).not.toContain(secret)
          }
        }
        expect(sc.getConf().toDebugString()).toContain('spark.authenticate.secret=*********(redacted)')
        const settings = stderr.linesWith('spark.authenticate.secret')
        expect(settings.length).toBeGreaterThan(0)
        for (const line of stderr.lines) expect(line).not.toContain(secret)
      },
      { conf: { 'spark.authenticate.secret': secret, 'spark.logConf': 'true', 'spark.log.level': 'INFO' } },
    ))

  function readProc(pid: number, file: string): string {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8')
    } catch {
      return '' // no such file system here
    }
  }
})

describe('settings that cannot work are refused when the context starts', () => {
  const refusedBy = (conf: Record<string, string>) => failureOf(withContext(master, async () => undefined, { conf }))

  test('a certificate file that is not there', async () => {
    const conf = {
      'spark.ssl.enabled': 'true',
      'spark.ssl.certChain': inFolder('none.pem'),
      'spark.ssl.privateKey': inFolder('none.key'),
    }
    expect(await refusedBy(conf)).toMatchObject({ code: 'FS_RPC_SECURITY_FILE' })
  })

  test('an address beyond this machine without authentication', async () => {
    const conf = { 'spark.authenticate': 'false', 'spark.driver.bindAddress': '0.0.0.0' }
    expect(await refusedBy(conf)).toMatchObject({ code: 'FS_RPC_SECRET_REQUIRED' })
  })

  test('a host name that means nothing', async () => {
    const error = await refusedBy({ 'spark.driver.host': 'no-such-host.invalid' })
    expect(error).toMatchObject({ code: 'FS_RPC_BIND_FAILED' })
    expect(error.message).toMatch(/no-such-host\.invalid.*cannot be resolved/)
  })

  test('an older version of TLS', async () => {
    expect(await refusedBy({ 'spark.ssl.protocol': 'TLSv1.2' })).toMatchObject({ code: 'FS_CONF_VALUE' })
  })
})
