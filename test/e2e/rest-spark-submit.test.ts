import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SparkConf } from '../../src/common/conf/index.js'
import { createRestServer } from '../../src/deploy/rest/index.js'
import { RestSubmissionClient } from '../../src/deploy/rest-client/index.js'
import { startWebServer, type WebServer, webSettings } from '../../src/web/index.js'
import { eventually } from '../kit/eventually.js'
import { MemoryMaster } from '../kit/memory-master.js'
import { findSpark, log4jAtInfo, sparkSubmit } from './real-spark-submit.js'
import { SmallCluster } from './small-cluster.js'
import { TempProject } from './temp-project.js'

const spark = findSpark()
const isMissing = 'reason' in spark
const home = 'home' in spark ? spark.home : ''

describe.skipIf(isMissing)(`spark-submit of Apache Spark${isMissing ? ` (skipped: ${spark.reason})` : ''}`, () => {
  let folder: string
  let application: string
  let master: MemoryMaster
  let server: WebServer
  let url: string
  const closing: (() => unknown)[] = []

  /** A REST server of its own; one that wants authority has the token `token`. */
  async function serve(target: MemoryMaster, secret?: string): Promise<WebServer> {
    const kind = 'random' as const
    const { gate } = await webSettings(new SparkConf(false), {
      host: '127.0.0.1',
      folder,
      ...(secret === undefined ? {} : { secret: { kind, text: secret } }),
    })
    const rest = createRestServer(target, { gate })
    const started = await startWebServer(rest, { host: '127.0.0.1', port: 0, portRetries: 0 })
    closing.push(() => started.close())
    return started
  }

  const submit = (
    args: readonly string[],
    more: { readonly env?: Readonly<Record<string, string>>; readonly javaOptions?: string } = {},
  ) => sparkSubmit(args, { home, confDir: folder, ...more })
  /** `spark.master.rest.enabled` is off in Spark before 4.1. */
  const cluster = ['--deploy-mode', 'cluster', '--conf', 'spark.master.rest.enabled=true']

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'firesteel-rest-'))
    writeFileSync(join(folder, 'log4j2.properties'), log4jAtInfo)
    application = join(folder, 'app.mjs')
    writeFileSync(application, 'export function main(args) { console.log(args) }\n')
    master = new MemoryMaster()
    server = await serve(master)
    url = server.url.replace('http:', 'spark:')
  })

  afterAll(async () => {
    for (const close of closing) await close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('creates a submission of a JavaScript application, and we see what it means', async () => {
    const { status, output } = await submit([
      ...['--master', url, ...cluster, '--class', 'main', '--name', 'pi', '--supervise'],
      ...[
        '--driver-memory',
        '512m',
        '--driver-cores',
        '2',
        '--jars',
        '/opt/lib/extra.js',
        '--conf',
        'spark.my.key=val',
      ],
      ...[application, '10', 'b c', ''],
    ])
    const id = master.ids[0]!
    expect(output).toContain('Running Spark using the REST application submission protocol.')
    expect(output).toContain(
      `INFO RestSubmissionClient: Submission successfully created as ${id}. Polling submission state...`,
    )
    expect(output).toContain(`INFO RestSubmissionClient: State of driver ${id} is now SUBMITTED.`)
    expect(output).toContain(`Server responded with CreateSubmissionResponse:
{
  "action" : "CreateSubmissionResponse",
  "message" : "Driver successfully submitted as ${id}",
  "serverSparkVersion" : `)
    expect(status).toBe(0)
    expect(master.submitted[0]).toMatchObject({
      name: 'pi',
      application: { kind: 'url', url: `file://${application}` },
      className: 'main',
      args: ['10', 'b c', ''],
      memoryMiB: 512,
      cores: 2,
      supervise: true,
      jars: [{ kind: 'url', url: 'file:///opt/lib/extra.js' }],
    })
    const { settings, environment } = master.submitted[0]!
    expect(settings).toMatchObject({ 'spark.my.key': 'val', 'spark.master': 'spark://master.test:7077' })
    expect(environment).not.toHaveProperty('SPARK_LOCAL_IP')
  })

  test('runs a module alone when the class is empty', async () => {
    const before = master.ids.length
    const { status, output } = await submit(['--master', url, ...cluster, '--name', 'x', '--class', '', application])
    expect([status, output.includes('Submission successfully created')]).toEqual([0, true])
    expect(master.submitted[before]).not.toHaveProperty('className')
  })

  test('shows the state of a submission, and why it failed', async () => {
    master.report(master.ids[0]!, {
      state: 'FAILED',
      exitCode: 3,
      message: 'exited with 3',
      workerId: 'w',
      workerHostPort: 'h:1',
    })
    const failed = await submit(['--master', url, '--status', master.ids[0]!])
    expect(failed.output).toContain('"driverState" : "FAILED"')
    expect(failed.output).toContain('"message" : "Exception from the cluster:\\nexited with 3"')
    expect(failed.output).toContain('"workerHostPort" : "h:1"')
  })

  test('kills a submission', async () => {
    const id = ((await master.submitDriver({ ...master.submitted[0]!, token: 'to kill' })) as { driverId: string })
      .driverId
    const killed = await submit(['--master', url, '--kill', id])
    expect(killed.output).toContain(`${id} is killed successfully.`)
    expect(master.stateOf(id)).toBe('KILLED')
  })

  test('goes on to the master that leads', async () => {
    const standby = new MemoryMaster()
    standby.status = 'STANDBY'
    const other = await serve(standby)
    const both = `spark://127.0.0.1:${other.port},127.0.0.1:${server.port}`
    const before = master.ids.length
    const { output } = await submit(['--master', both, ...cluster, '--class', 'main', '--name', 'x', application])
    expect(output).toContain(`Submission successfully created as ${master.ids[before]}`)
    expect([standby.ids.length, master.ids.length]).toEqual([0, before + 1])
  })

  test('prints in one sentence why a submission is refused', async () => {
    const args = ['--master', url, ...cluster, '--class', 'main', '--name', 'x', 's3://bucket/app.mjs']
    const { output } = await submit(args)
    expect(output).toContain("appResource: 's3://bucket/app.mjs' cannot be used")
  })

  test('submits to a cluster with a secret through a proxy that adds the token', async () => {
    const guarded = new MemoryMaster()
    const secret = Buffer.alloc(32, 7).toString('base64')
    const guardedServer = await serve(guarded, secret)
    const { gate } = await webSettings(new SparkConf(false), {
      host: '127.0.0.1',
      folder,
      secret: { kind: 'random', text: secret },
    })
    const args = [
      '--master',
      `spark://127.0.0.1:${guardedServer.port}`,
      ...cluster,
      '--class',
      'main',
      '--name',
      'x',
      application,
    ]
    const refused = await submit(args)
    expect(refused.output).toContain("This request needs the cluster's web token")
    expect(guarded.ids).toEqual([])

    const proxy = addingProxy(`Bearer ${gate.access.token}`)
    closing.push(() => proxy.close())
    await new Promise((resolve) => proxy.listen(0, '127.0.0.1', () => resolve(undefined)))
    const { port } = proxy.address() as AddressInfo
    const javaOptions = `-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=${port} -Dhttp.nonProxyHosts=`
    const { output } = await submit(args, { javaOptions })
    expect(output).toContain(`Submission successfully created as ${guarded.ids[0]}`)
  })

  test('runs a Firesteel application on a Firesteel cluster', async () => {
    using project = new TempProject()
    const program = project.write(
      'app.mjs',
      `import { SparkContext } from 'firesteel'
       export async function main(args) {
         const sc = await SparkContext.create({ appName: 'sum' })
         console.log('sum', await sc.range(0, Number(args[0])).sum(), sc.getConf().get('spark.master') === process.env.SPARK_TEST_MASTER)
         await sc.stop()
       }
       export function fail() { throw new TypeError('not today') }`,
    )
    await using daemons = await new SmallCluster(project).start()
    const settings = ['--driver-memory', '512m', '--conf', 'spark.executor.memory=512m', '--conf', 'spark.cores.max=1']
    const run = async (className: string) => {
      const args = ['--master', daemons.restUrl, ...cluster, ...settings, '--class', className, program, '101']
      const { output } = await submit(args, { env: { SPARK_TEST_MASTER: daemons.masterUrl } })
      return /Submission successfully created as (driver-\d+-\d+)/.exec(output)![1]!
    }
    const client = new RestSubmissionClient(daemons.restUrl)
    const final = (id: string) =>
      eventually(`the end of ${id}`, async () => {
        const status = await client.status(id)
        return /^(?:FINISHED|FAILED|ERROR|KILLED)$/.test(status.driverState ?? '') && status
      })
    const sum = await run('main')
    expect(await final(sum)).toMatchObject({ driverState: 'FINISHED', exitCode: 0 })
    expect(readFileSync(project.path(`work/${sum}/stdout`), 'utf8')).toBe('sum 5050 true\n')
    const failed = await run('fail')
    expect(await final(failed)).toMatchObject({ driverState: 'FAILED', exitCode: 1 })
    const { output } = await submit(['--master', daemons.restUrl, '--status', failed])
    expect(output).toContain('TypeError: not today')
  })
})

/** A forward proxy that adds a header: what stands between a client that can set none and a server that wants one. */
function addingProxy(authorization: string): Server {
  return createServer((incoming, outgoing) => {
    const { method, headers } = incoming
    const onward = request(incoming.url!, { method, headers: { ...headers, authorization } }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
}
