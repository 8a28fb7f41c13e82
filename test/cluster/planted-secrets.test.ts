import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { webToken } from '../../src/web/index.js'
import { SecuredCluster } from '../kit/secured-cluster.js'

/** What nobody may find anywhere: that of the cluster, and those of an application. */
const clusterSecret = 'xyzzyq-cluster-secret'
const keyPassword = 'xyzzyq-key-password'
const appPassword = 'xyzzyq-app-password'
const digest = 'xyzzyq-digest'

/**
 * Tells what its own process and the executors' hold: environment, command line, open launch data. Ends when the test has looked at it from
 * outside.
 */
const program = `
import { existsSync, readFileSync } from 'node:fs'
import { SparkContext } from 'firesteel'
const sc = await SparkContext.create({ appName: 'hunted' })
const gone = sc.getConf().get('spark.test.gone')
const look = () => ({
  environment: JSON.stringify(process.env),
  arguments: readFileSync('/proc/self/cmdline', 'latin1'),
})
const found = await sc.parallelize([1, 2], 2).mapPartitions(async (_) => {
  const { readFileSync } = await import('node:fs')
  return [JSON.stringify({ environment: process.env, arguments: readFileSync('/proc/self/cmdline', 'latin1') })]
}).collect()
console.log('LOOKED ' + JSON.stringify([look(), found]))
while (!existsSync(gone)) await new Promise((resolve) => setTimeout(resolve, 50))
await sc.stop()
`

let cluster: SecuredCluster
beforeEach(async () => {
  cluster = await SecuredCluster.start({
    settings: {
      'spark.deploy.recoveryMode': 'FILESYSTEM',
      'spark.deploy.recoveryDirectory': 'state',
      'spark.firesteel.deploy.zookeeper.digest': digest,
      'spark.ssl.rpc.privateKeyPassword': keyPassword,
      'spark.master.ui.visibleEnvVarPrefixes': 'SPARK_',
    },
    env: { SPARK_AUTHENTICATE_SECRET: clusterSecret },
  })
})
afterEach(() => cluster.close())

/** Command lines of all processes whose folder is the cluster's, or that it names. */
function commandLines(): string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return []
    try {
      return [readFileSync(`/proc/${name}/cmdline`, 'latin1')]
    } catch {
      return []
    }
  })
}

const pagePaths = [
  '',
  'json/',
  'json',
  'environment/',
  'logPage/?self&logType=out',
  'app/?appId=APP',
  'api/v1/applications',
]

async function pages(appId: string, authorization: string): Promise<string[]> {
  const urls = cluster.pages.flatMap((page) => pagePaths.map((path) => `${page}/${path.replace('APP', appId)}`))
  const rest = `http://${cluster.restUrl}/v1/submissions/status`
  const ids = await Promise.all([`${rest}/none`, ...urls].map((url) => fetch(url, { headers: { authorization } })))
  return Promise.all(ids.map(async (answer) => `${answer.url} ${answer.status} ${await answer.text()}`))
}

test.skipIf(process.platform !== 'linux').each(['client', 'cluster'] as const)(
  'secrets are in no command line, log, page, work folder, nor where executors look (%s mode)',
  async (mode) => {
    const gone = join(cluster.folder, 'gone')
    const path = cluster.write('app.mjs', program)
    const properties = cluster.write(
      'app.conf',
      `spark.test.gone ${gone}\nspark.my.password ${appPassword}\nspark.cores.max 1\nspark.driver.memory 512m\nspark.executor.memory 512m\n`,
    )
    const words = ['--master', cluster.masterUrl, '--properties-file', properties, '--deploy-mode', mode]
    const submit = cluster.run(['submit', ...words, path])
    const isClient = mode === 'client'
    if (!isClient) await submit.ended()
    const logs = () => cluster.files().filter(({ path }) => /\/(?:stdout|stderr)$/.test(path))
    const said = () => (isClient ? [submit.output] : logs().map(({ text }) => text)).join('\n')
    await expect.poll(() => /LOOKED .*\n/.test(said()), { timeout: 40_000 }).toBe(true)
    const [own, executors] = JSON.parse(/LOOKED (.*)\n/.exec(said())?.[1] ?? '') as [
      { environment: string; arguments: string },
      string[],
    ]
    expect(executors.length).toBeGreaterThan(0)
    const everywhere = executors.join('\n')
    for (const secret of [clusterSecret, keyPassword, digest]) expect(everywhere).not.toContain(secret)
    expect(own.arguments).not.toContain('xyzzyq')
    // In client mode the user has it in the environment himself.
    if (!isClient) expect(own.environment).not.toContain('xyzzyq')

    const appId = /app-\d+-\d+/.exec(cluster.processes[0]?.output ?? '')?.[0] ?? ''
    expect(appId).not.toBe('')
    const token = await webToken({ kind: 'words', text: clusterSecret })
    const texts = await pages(appId, `Bearer ${token}`)
    expect(texts.filter((text) => / 200 /.test(text)).length).toBeGreaterThan(6)
    expect(texts.find((text) => text.includes('/environment/ 200'))).toContain('spark.ssl.rpc.privateKeyPassword')
    for (const text of [...texts, ...commandLines()]) expect(text).not.toContain('xyzzyq')
    for (const { output } of cluster.processes) expect(output.replace(/LOOKED .*/, '')).not.toContain('xyzzyq')
    expect(cluster.files().filter(({ path }) => path.includes('/state/')).length).toBeGreaterThan(1)
    for (const { path, mode, text } of cluster.files()) {
      if (path.endsWith('app.conf')) continue
      for (const secret of [clusterSecret, keyPassword, digest, token]) expect(text.includes(secret), path).toBe(false)
      // What a master must know again may hold secrets of applications: for its own eyes.
      if (path.includes('/state/')) expect(mode, path).toBe(0o600)
      else expect(text.includes(appPassword), path).toBe(false)
    }
    cluster.write('gone', '')
  },
)

test('a secret on a command line is warned of, and not repeated', async () => {
  const words = ['submit', '--master', cluster.masterUrl, '--conf', 'spark.authenticate.secret=xyzzyq-in-argv']
  const submit = cluster.run([...words, '--status', 'driver-none'])
  await submit.ended()
  expect(submit.output).toContain('spark.authenticate.secret on a command line is seen by everybody')
  expect(submit.output).not.toContain('xyzzyq')
})
