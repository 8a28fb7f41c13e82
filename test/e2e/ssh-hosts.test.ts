import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, within } from '../kit/eventually.js'
import { NetHosts, nodeFolder, whyNoHosts } from '../kit/net-hosts.js'
import { toldUrl } from '../kit/scripts-bed.js'
import { type CommandResult, root, run } from './run-command.js'

const missing = whyNoHosts()
if (missing !== undefined) console.warn(`the tests on several hosts are SKIPPED: ${missing}`)

const names = ['one', 'two', 'three']
const secret = 'known to three hosts'
const readme = join(root, 'README.md')

/** What each executor has to say: the host that it is on; and which of the fixed ports can be reached from the driver. */
const program = `
import { SparkContext } from 'firesteel'
import { hostname } from 'node:os'
import { connect } from 'node:net'
const sc = await SparkContext.create({ appName: 'where' })
const found = await sc.parallelize([...Array(24).keys()], 24).mapAsync(async () => {
  await new Promise((resolve) => setTimeout(resolve, 100))
  return hostname()
}).distinct().collect()
const open = (host, port) => new Promise((resolve) => {
  const socket = connect(port, host, () => { socket.destroy(); resolve(host) })
  socket.on('error', () => resolve(undefined))
})
const port = Number(process.argv[2])
const reached = port > 0 ? (await Promise.all(${JSON.stringify(names)}.map((name) => open(name, port)))).filter(Boolean) : []
console.log(JSON.stringify({ on: hostname(), hosts: found.sort(), reached,
  driver: sc.getConf().get('spark.driver.host') + ':' + sc.getConf().get('spark.driver.port') }))
await sc.stop()
`

describe.skipIf(missing !== undefined)('a cluster of three hosts, started over ssh', () => {
  const net = new NetHosts(names)
  const path = (name: string) => join(net.folder, name)
  let started: CommandResult
  let token: string

  /** Runs a command of this checkout on a host. */
  const on = (host: string, command: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
    net.run(host, join(root, command), args, {
      cwd: net.folder,
      env: { SPARK_CONF_DIR: path('conf'), TMPDIR: path(host), ...env },
    })

  const master = async (): Promise<{
    workers: { host: string; state: string }[]
    completedapps: { name: string; state: string }[]
  }> => {
    const url = `${toldUrl(started, 'web UI')}/json/`
    const ask = `fetch('${url}', { headers: { Authorization: 'Bearer ' + process.env.TOKEN } }).then(async (a) => console.log(await a.text()))`
    const { stdout, stderr } = await net.run('one', process.execPath, ['-e', ask], { env: { TOKEN: token } })
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }

  beforeAll(async () => {
    for (const name of ['conf', ...names]) mkdirSync(path(name))
    writeFileSync(path('secret'), `${secret}\n`, { mode: 0o600 })
    writeFileSync(path('where.mjs'), program)
    writeFileSync(path('conf/workers'), `# all of them\n${names.join('\n')}\n`)
    writeFileSync(
      path('conf/spark-defaults.conf'),
      `spark.authenticate.secret.file ${path('secret')}\nspark.executor.memory 256m\nspark.driver.memory 256m\n`,
    )
    // Hosts share the file system, but not these folders.
    writeFileSync(
      path('conf/spark-env.sh'),
      `PATH=${nodeFolder}:$PATH
SPARK_LOG_DIR=${net.folder}/$(uname -n)/logs
SPARK_PID_DIR=${net.folder}/$(uname -n)
SPARK_WORKER_DIR=${net.folder}/$(uname -n)/work
SPARK_LOCAL_DIRS=${net.folder}/$(uname -n)
SPARK_WORKER_CORES=2
SPARK_WORKER_MEMORY=2g
SPARK_SSH_OPTS="${net.sshOptions}"
`,
    )
    chmodSync(path('conf/spark-env.sh'), 0o755)
    await net.open()
    started = await on('one', 'sbin/start-all.sh')
    token = (
      await run(process.execPath, [join(root, 'bin/firesteel.js'), 'web-token'], {
        env: { SPARK_CONF_DIR: path('conf') },
      })
    ).stdout.trim()
  }, 120_000)

  afterAll(async () => {
    const left = await net.close()
    expect(left).toEqual([])
  }, 60_000)

  test('has a worker on each, with its own address', async () => {
    expect(started, started.stderr).toMatchObject({ status: 0 })
    expect(toldUrl(started, 'master')).toBe('spark://one:7077')
    for (const name of names) expect(started.stdout).toMatch(new RegExp(`^${name}: worker spark://198`, 'm'))
    const workers = await eventually('three workers', async () => {
      const alive = (await master()).workers.filter(({ state }) => state === 'ALIVE')
      return alive.length === 3 ? alive : undefined
    })
    expect(workers.map(({ host }) => host).sort()).toEqual(net.hosts.map(({ address }) => address))
  })

  test('counts words in client mode, with a driver that chose the address by which the others reach it', async () => {
    const counted = await on('two', 'bin/run-example', ['--master', 'spark://one:7077', 'word-count', readme])
    expect(counted, counted.stderr).toMatchObject({ status: 0, stdout: expect.stringMatching(/^the\t\d+$/m) })
    const where = await on('three', 'bin/spark-submit', ['--master', 'spark://one:7077', path('where.mjs')])
    expect(where, where.stderr).toMatchObject({ status: 0 })
    expect(JSON.parse(where.stdout)).toMatchObject({
      on: 'three',
      hosts: [...names].sort(),
      driver: expect.stringMatching(/^198\.51\.100\.3:\d+$/),
    })
  })

  test('has the ports and addresses that were fixed', async () => {
    const fixed = {
      'spark.driver.host': 'two',
      'spark.driver.bindAddress': '0.0.0.0',
      'spark.driver.port': '7401',
      'spark.blockManager.port': '7402',
    }
    const flags = Object.entries(fixed).flatMap(([key, value]) => ['-c', `${key}=${value}`])
    const where = await on('two', 'bin/spark-submit', [
      '--master',
      'spark://one:7077',
      ...flags,
      path('where.mjs'),
      '7402',
    ])
    expect(where, where.stderr).toMatchObject({ status: 0 })
    expect(JSON.parse(where.stdout)).toMatchObject({ hosts: [...names].sort(), reached: names, driver: 'two:7401' })
  })

  test('takes the addresses of a driver from its variables where no setting says them', async () => {
    const env = { SPARK_LOCAL_IP: '0.0.0.0', SPARK_LOCAL_HOSTNAME: 'two' }
    const where = await on('two', 'bin/spark-submit', ['--master', 'spark://one:7077', path('where.mjs')], env)
    expect(where, where.stderr).toMatchObject({ status: 0 })
    expect(JSON.parse(where.stdout)).toMatchObject({ driver: expect.stringMatching(/^two:\d+$/) })
  })

  test('runs a driver in cluster mode', async () => {
    const flags = ['--master', 'spark://one:7077', '--deploy-mode', 'cluster']
    const wait = ['-c', 'spark.standalone.submit.waitAppCompletion=true']
    const submitted = await on('three', 'bin/spark-submit', [...flags, ...wait, path('where.mjs')])
    expect(submitted, submitted.stderr).toMatchObject({ status: 0 })
    const id = submitted.stdout.trim()
    const host = names.find((name) => readdirSync(path(`${name}/work`)).includes(id))
    if (host === undefined) throw new Error(`no host has a work folder ${id}`)
    const said = JSON.parse(readFileSync(path(`${host}/work/${id}/stdout`), 'utf8'))
    const { address } = net.hosts.find(({ name }) => name === host)!
    expect(said).toMatchObject({ on: host, hosts: [...names].sort(), driver: expect.stringMatching(`^${address}:`) })
  })

  test('tells a driver that nobody can reach so: which address, and from where', async () => {
    // Nobody has this address.
    const away = ['-c', 'spark.driver.host=198.51.100.99', '-c', 'spark.driver.bindAddress=0.0.0.0']
    const failed = await within(
      100_000,
      'an application whose driver cannot be reached',
      on('two', 'bin/run-example', ['--master', 'spark://one:7077', ...away, 'word-count', readme]),
    )
    expect(failed.status).toBe(1)
    expect(failed.stderr).toMatch(/could not reach the driver at 198\.51\.100\.99:\d+ from 198\.51\.100\.[123]/)
  })

  test('refuses to start beyond loopback without a secret, and says how', async () => {
    mkdirSync(path('open'))
    writeFileSync(path('open/spark-env.sh'), readFileSync(path('conf/spark-env.sh')))
    const env = { SPARK_CONF_DIR: path('open'), SPARK_IDENT_STRING: 'open' }
    const bare = await on('two', 'sbin/start-master.sh', [], { ...env, SPARK_MASTER_HOST: 'two' })
    expect(bare.status).toBe(1)
    expect(bare.stderr).toContain('spark.authenticate.secret.file')
    expect(bare.stderr).toContain('spark.firesteel.insecure=true')
    // A worker of a master elsewhere would be one that others reach.
    const worker = await on('two', 'sbin/start-worker.sh', ['spark://one:7077'], env)
    expect(worker.status).toBe(1)
    expect(worker.stderr).toContain('198.51.100.2')
    expect(worker.stderr).toContain('spark.authenticate.secret.file')
  })

  test('stops as a whole, and nothing of it is left', async () => {
    const stopped = await on('one', 'sbin/stop-all.sh')
    expect(stopped, stopped.stderr).toMatchObject({ status: 0 })
    for (const name of names) expect(stopped.stdout).toContain(`${name}: stopping worker`)
    await eventually('the end of every process', () => net.processes().length === 0, { timeoutMs: 10_000 })
  })
})
