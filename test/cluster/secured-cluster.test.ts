import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SecuredCluster } from '../kit/secured-cluster.js'
import { TcpRelay } from '../kit/tcp-relay.js'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const program = `
import { SparkContext } from 'firesteel'
const sc = await SparkContext.create({ appName: 'app of the test' })
console.log('the sum is', await sc.parallelize([1, 2, 3, 4], 2).map((n) => n * 2).sum())
await sc.stop()
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-certificates-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let cluster: SecuredCluster | undefined
let relay: TcpRelay | undefined
afterEach(async () => {
  await cluster?.close()
  await relay?.close()
  cluster = undefined
  relay = undefined
})

const openssl = (args: string): unknown => execFileSync('openssl', args.split(' '), { cwd: folder, stdio: 'pipe' })
const inFolder = (name: string): string => join(folder, name)

/** An authority, and a certificate of it for this machine. */
function certificate(name: string): Record<'key' | 'chain' | 'ca', string> {
  openssl(`req -x509 -newkey rsa:2048 -nodes -keyout ${name}-ca.key -out ${name}-ca.pem -days 2 -subj /CN=${name}`)
  openssl(
    `req -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=node -addext subjectAltName=IP:127.0.0.1`,
  )
  openssl(
    `x509 -req -in ${name}.csr -CA ${name}-ca.pem -CAkey ${name}-ca.key -CAcreateserial -copy_extensions copy -out ${name}.pem -days 2`,
  )
  return { key: inFolder(`${name}.key`), chain: inFolder(`${name}.pem`), ca: inFolder(`${name}-ca.pem`) }
}

/** Runs a cluster whose members see the master through a relay that keeps what it hears, with a job on it. */
async function overheard(settings: Record<string, string>): Promise<{ heard: Buffer; output: string }> {
  const heard: Buffer[] = []
  cluster = await SecuredCluster.prepare({ settings, masterUrl: (port) => `spark://${TcpRelay.host}:${port}` })
  relay = await TcpRelay.open(cluster.masterPort, (bytes) => heard.push(bytes))
  await cluster.master()
  await cluster.worker()
  const path = cluster.write('app.mjs', program)
  const submit = cluster.run(['submit', '--master', cluster.masterUrl, '--conf', 'spark.planted=in-clear', path])
  await submit.ended()
  return { heard: Buffer.concat(heard), output: submit.output }
}

describe('a cluster with a secret', () => {
  test('runs a job, and who listens on the way to the master reads nothing of it', async () => {
    const { heard, output } = await overheard({ 'spark.authenticate.secret': 'open sesame' })
    expect(output).toContain('the sum is 20')
    expect(heard.length).toBeGreaterThan(1_000)
    for (const word of ['in-clear', 'app of the test', 'registerWorker', 'open sesame']) {
      expect(heard.includes(word), word).toBe(false)
    }
  })

  test('has TLS by one setting: the secret tells who is who, so that no certificate must be handed out', async () => {
    const settings = { 'spark.authenticate.secret': 'open sesame', 'spark.ssl.rpc.enabled': 'true' }
    const { heard, output } = await overheard(settings)
    expect(output).toContain('the sum is 20')
    for (const word of ['in-clear', 'registerWorker', 'FSRPC']) expect(heard.includes(word), word).toBe(false)
  })

  test('lets nobody in with another secret, or none, and both sides say so', async () => {
    cluster = await SecuredCluster.start({ settings: { 'spark.authenticate.secret': 'open sesame' } })
    const path = cluster.write('app.mjs', program)
    for (const [properties, reason] of [
      ['spark.authenticate.secret another\n', 'the secrets of the two sides differ'],
      ['# none\n', 'the other side needs a secret, and there is none here'],
    ] as const) {
      const file = cluster.write('other.conf', properties)
      const words = ['submit', '--master', cluster.masterUrl, '--properties-file', file]
      const submit = cluster.run([...words, '--deploy-mode', 'cluster', path])
      expect(await submit.ended()).not.toBe(0)
      expect(submit.output).toContain('FS_CLUSTER_NO_MASTER')
      expect(submit.output).toContain(reason)
    }
    const [master] = cluster.processes
    expect(master?.output.match(/refused 127\.0\.0\.1:\d+: its secret is not ours/g)).toHaveLength(1)
    expect(master?.output.match(/refused 127\.0\.0\.1:\d+: it has no secret/g)).toHaveLength(1)
  })
})

describe.skipIf(!hasOpenssl)('a cluster with certificates of an authority', () => {
  test('runs a job over TLS everywhere, its pages too, and refuses who trusts another authority', async () => {
    const [ours, others] = [certificate('ours'), certificate('others')]
    const settings = {
      'spark.authenticate.secret': 'open sesame',
      'spark.ssl.enabled': 'true',
      'spark.ssl.privateKey': ours.key,
      'spark.ssl.certChain': ours.chain,
      'spark.ssl.trustStore': ours.ca,
      'spark.ssl.standalone.enabled': 'true',
    }
    cluster = await SecuredCluster.start({ settings })
    const path = cluster.write('app.mjs', program)
    const submit = cluster.run(['submit', '--master', cluster.masterUrl, path])
    expect(await submit.ended(), submit.output).toBe(0)
    expect(submit.output).toContain('the sum is 20')

    expect(cluster.pages).toHaveLength(2)
    for (const page of cluster.pages) {
      expect(page).toMatch(/^https:/)
      expect(await httpsGet(page, ours.ca)).toMatch(/app of the test|worker-/)
      await expect(httpsGet(page, others.ca)).rejects.toThrow(/certificate/)
    }

    const trusting = Object.entries({ ...settings, 'spark.ssl.trustStore': others.ca })
    const file = cluster.write('other.conf', trusting.map(([key, value]) => `${key} ${value}\n`).join(''))
    const words = ['--master', cluster.masterUrl, '--properties-file', file, '--deploy-mode', 'cluster']
    const refused = cluster.run(['submit', ...words, path])
    expect(await refused.ended()).not.toBe(0)
    expect(refused.output).toMatch(/the TLS handshake failed \(.*certificate/)
  })
})

/** A page by a client that trusts this authority alone. */
function httpsGet(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca: readFileSync(ca), agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => resolve(text))
    })
    asked.on('error', reject).end()
  })
}

describe('off loopback', () => {
  test('a daemon refuses to start without a secret, and says how to have one', async () => {
    cluster = await SecuredCluster.prepare({ settings: {} })
    for (const args of [
      ['master', '--port', '0'],
      ['worker', '--work-dir', 'w', 'spark://127.0.0.1:1'],
    ]) {
      const daemon = cluster.run([...args, '--host', '0.0.0.0', '--webui-port', '0'])
      expect(await daemon.ended()).not.toBe(0)
      expect(daemon.output).toContain('FS_RPC_SECRET_REQUIRED')
      for (const way of [
        'spark.authenticate.secret.file',
        'SPARK_AUTHENTICATE_SECRET',
        'spark.firesteel.insecure=true',
      ])
        expect(daemon.output).toContain(way)
    }
  })

  test('nor does it open the REST server alone', async () => {
    cluster = await SecuredCluster.prepare({ settings: { 'spark.master.rest.host': '0.0.0.0' } })
    const master = cluster.run(['master', '--host', '127.0.0.1', '--port', '0', '--webui-port', '0'])
    expect(await master.ended()).not.toBe(0)
    expect(master.output).toContain('FS_RPC_SECRET_REQUIRED')
  })

  test('it starts when it is told that this is wanted, and warns at each start', async () => {
    cluster = await SecuredCluster.prepare({ settings: { 'spark.firesteel.insecure': 'true' } })
    const master = cluster.run(['master', '--host', '0.0.0.0', '--port', '0', '--webui-port', '0'])
    await master.said(/leads from now on/)
    expect(master.output.match(/WARN Master: .*has no secret \(spark\.firesteel\.insecure=true\)/g)).toHaveLength(1)
  })

  test('TLS without files or a secret is refused, since nobody could tell anybody', async () => {
    cluster = await SecuredCluster.prepare({ settings: { 'spark.ssl.rpc.enabled': 'true' } })
    const master = cluster.run(['master', '--host', '127.0.0.1', '--port', '0', '--webui-port', '0'])
    expect(await master.ended()).not.toBe(0)
    expect(master.output).toContain('FS_RPC_SECURITY_SETTINGS')
  })
})
