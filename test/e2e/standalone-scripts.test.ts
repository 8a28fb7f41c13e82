import { spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually, within } from '../kit/eventually.js'
import { isAlive } from '../kit/processes.js'
import { aliveWorkers, masterJson, ScriptsBed, toldUrl } from '../kit/scripts-bed.js'
import { type CommandResult, root, run } from './run-command.js'

let bed: ScriptsBed

beforeEach(() => {
  bed = new ScriptsBed()
})

afterEach(async () => {
  expect(await bed.close()).toEqual([])
})

const commandLine = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')

async function startMaster(env: Record<string, string> = {}): Promise<{ url: string; webUi: string; printed: string }> {
  const started = await bed.sbin('start-master', env)
  expect(started, started.stderr).toMatchObject({ status: 0 })
  return { url: toldUrl(started, 'master'), webUi: toldUrl(started, 'web UI'), printed: started.stdout }
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => takenPort()))
  for (const server of servers) await server[Symbol.asyncDispose]()
  return servers.map(({ port }) => port)
}

/** A server on a port of its own, so that it is taken. */
async function takenPort(): Promise<{ port: number; [Symbol.asyncDispose](): Promise<void> }> {
  const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) }
}

describe('start and stop', () => {
  test('a master and two workers, by their scripts, from another folder and by a link', async () => {
    const { url, webUi, printed } = await startMaster()
    expect(printed).toContain('starting master, logging to ')
    expect(printed).toContain(`firesteel-test-master-1-`)
    const link = bed.path('start a worker')
    symlinkSync(join(root, 'sbin/start-worker.sh'), link)
    const workers = await bed.script(link, [url], { SPARK_WORKER_INSTANCES: '2' })
    expect(workers).toMatchObject({ status: 0, stderr: '' })
    const alive = await aliveWorkers(webUi, 2)
    expect(new Set(alive.map(({ port }) => port)).size).toBe(2)
    expect(alive.map(({ cores, memory }) => [cores, memory])).toEqual([
      [1, 512],
      [1, 512],
    ])
    const status = await bed.sbin('spark-daemon status org.apache.spark.deploy.worker.Worker 2')
    expect(status).toMatchObject({ status: 0, stdout: expect.stringContaining('worker is running.') })

    const again = await bed.sbin('start-master')
    expect(again).toMatchObject({ status: 1, stderr: `master runs as process ${bed.pid('master')}. Stop it first.\n` })

    const pids = [bed.pid('master'), bed.pid('worker', 1), bed.pid('worker', 2)]
    // However many instances are asked for now.
    expect(await bed.sbin('stop-slave')).toMatchObject({ status: 0, stdout: 'stopping worker\nstopping worker\n' })
    expect(await bed.sbin('stop-master')).toMatchObject({ status: 0, stdout: 'stopping master\n' })
    expect(pids.filter(isAlive)).toEqual([])
    expect(await bed.sbin('stop-master')).toMatchObject({ status: 0, stdout: 'no master to stop\n' })
    expect(await bed.sbin('stop-worker')).toMatchObject({ status: 0, stdout: 'no worker to stop\n' })
    expect((await bed.sbin('spark-daemon status master 1')).status).toBe(2)
  })

  test('all at once, where a port that is taken is followed by the next free one, which everybody is told', async () => {
    await using taken = await takenPort()
    const started = await bed.sbin('start-all', { SPARK_MASTER_PORT: String(taken.port), SPARK_MASTER_WEBUI_PORT: '0' })
    expect(started, started.stderr).toMatchObject({ status: 0 })
    const url = toldUrl(started, 'master')
    expect(Number(new URL(url.replace('spark:', 'http:')).port)).toBeGreaterThan(taken.port)
    await aliveWorkers(toldUrl(started, 'web UI'), 1)
    expect(bed.log('master')).toContain(url)
    const stopped = await bed.sbin('stop-all')
    expect(stopped).toMatchObject({ status: 0, stdout: 'stopping worker\nstopping master\n' })
  })

  test('of two starts at once one finds the other, and a pid file of another user is not believed', async () => {
    const both = await Promise.all([bed.sbin('start-master'), bed.sbin('start-master')])
    expect(both.map(({ status }) => status).sort()).toEqual([0, 1])
    expect(both.map(({ stderr }) => stderr).join('')).toBe(
      `master runs as process ${bed.pid('master')}. Stop it first.\n`,
    )
    if (process.getuid?.() !== 0) return
    const file = bed.path('pids/firesteel-test-master-1.pid')
    chownSync(file, 65_534, 65_534)
    expect(await bed.sbin('stop-master')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('belongs to another user'),
    })
    expect(isAlive(bed.pid('master'))).toBe(true)
    chownSync(file, 0, 0)
  })

  test('a process that has got the number of a daemon that is gone is left alone', async () => {
    const other = spawn('sleep', ['60'], { stdio: 'ignore' })
    try {
      bed.write('pids/firesteel-test-master-1.pid', `${other.pid}\n`)
      const status = await bed.sbin('spark-daemon status master 1')
      expect(status).toMatchObject({ status: 1, stdout: expect.stringContaining('but ') })
      expect(await bed.sbin('stop-master')).toMatchObject({ status: 0, stdout: 'no master to stop\n' })
      bed.write('pids/firesteel-test-master-1.pid', `${other.pid}\n`)
      await startMaster()
      expect(other.exitCode ?? other.signalCode).toBe(null)
      expect(bed.pid('master')).not.toBe(other.pid)
    } finally {
      other.kill('SIGKILL')
    }
  })

  test('each start begins a log, and as many are kept as SPARK_LOG_MAX_FILES says', async () => {
    for (let i = 0; i < 4; i++) {
      await startMaster({ SPARK_LOG_MAX_FILES: '2' })
      await bed.sbin('stop-master')
    }
    expect(bed.logs().map((name) => name.replace(/^.*\.out/, 'out'))).toEqual(['out', 'out.1', 'out.2'])
  })

  test('one that does not answer is killed in bounded time', async () => {
    const { url } = await startMaster()
    const opts = { SPARK_WORKER_OPTS: '-Dspark.worker.driverTerminateTimeout=0ms' }
    expect(await bed.sbin(`start-worker ${url}`, opts)).toMatchObject({ status: 0 })
    const pid = bed.pid('worker')
    process.kill(pid, 'SIGSTOP')
    const stopped = await within(40_000, 'stop-worker.sh', bed.sbin('stop-worker'))
    expect(stopped).toMatchObject({ status: 0, stderr: expect.stringContaining('did not stop in 10 s and is killed') })
    expect(isAlive(pid)).toBe(false)
  })

  test('decommissioning ends all workers, by the signal that they were told', async () => {
    const { url, webUi } = await startMaster()
    bed.write('worker.conf', 'spark.worker.decommission.signal USR2\n')
    const env = { SPARK_WORKER_INSTANCES: '2' }
    const started = await bed.script(
      join(root, 'sbin/start-worker.sh'),
      [url, '--properties-file', bed.path('worker.conf')],
      env,
    )
    expect(started).toMatchObject({ status: 0 })
    await aliveWorkers(webUi, 2)
    const pids = [bed.pid('worker', 1), bed.pid('worker', 2)]
    const done = await within(60_000, 'decommission-worker.sh', bed.sbin('decommission-worker --block-until-exit'))
    expect(done).toMatchObject({ status: 0, stdout: expect.stringContaining('by signal USR2') })
    expect(pids.filter(isAlive)).toEqual([])
    await eventually('workers that are gone for the master', async () =>
      (await masterJson(webUi)).workers.every(({ state }) => state === 'DEAD'),
    )
    expect(bed.log('master').match(/worker \S+ is decommissioned/g)).toHaveLength(2)
  })
})

describe('what cannot be started says why, with an exit code, and leaves nothing', () => {
  const nothingLeft = () => {
    expect(existsSync(bed.path('pids/firesteel-test-master-1.pid'))).toBe(false)
    expect(existsSync(bed.path('pids/firesteel-test-worker-1.pid'))).toBe(false)
  }

  test('settings that are malformed', async () => {
    const file = bed.write('conf/spark-defaults.conf', 'spark.worker.timeout soon\n')
    const failed = await bed.sbin('start-master')
    expect(failed.status).toBe(1)
    expect(failed.stderr).toContain('spark.worker.timeout')
    expect(failed.stderr).toContain(file)
    nothingLeft()
  })

  test('a spark-env.sh that is no shell script', async () => {
    bed.write('conf/spark-env.sh', 'if then (\n')
    const failed = await bed.sbin('start-master')
    expect(failed.status).toBe(2)
    expect(failed.stderr).toContain('spark-env.sh is no shell script that can be run')
    const direct = await run(process.execPath, [join(root, 'bin/firesteel.js'), 'master'], { env: bed.variables })
    expect(direct).toMatchObject({ status: 2, stderr: expect.stringContaining('spark-env.sh') })
    nothingLeft()
  })

  test('a part that cannot listen, although another does already', async () => {
    // An address of documentation (RFC 5737): no machine has it.
    const failed = await bed.sbin('start-master', { SPARK_MASTER_OPTS: '-Dspark.master.rest.host=192.0.2.1' })
    expect(failed.status).toBe(1)
    expect(failed.stderr).toContain('192.0.2.1')
    nothingLeft()
  })

  test.each([
    [{ SPARK_MASTER_PORT: 'ten' }, 'SPARK_MASTER_PORT'],
    [{ SPARK_LOG_MAX_FILES: '0' }, 'SPARK_LOG_MAX_FILES'],
    [{ SPARK_DAEMON_MEMORY: 'much' }, 'SPARK_DAEMON_MEMORY'],
    [{ SPARK_MASTER_OPTS: '-Dspark.deploy.recoveryMode=FILESYSTEM -q' }, "SPARK_MASTER_OPTS holds '-q'"],
    [{ SPARK_NICENESS: 'nice' }, 'SPARK_NICENESS'],
    [{ SPARK_MASTER_HOST: '0.0.0.0' }, 'spark.authenticate.secret.file'],
  ])('a variable: %o', async (env, named) => {
    const failed = await bed.sbin('start-master', env as Record<string, string>)
    expect(failed.status).toBeGreaterThan(0)
    expect(failed.stderr).toContain(named)
    nothingLeft()
  })

  test.each([
    [['http://127.0.0.1:7077'], {}, 'http://127.0.0.1:7077'],
    [[], {}, 'the URL of a master'],
    [['spark://127.0.0.1:1'], { SPARK_WORKER_CORES: 'two' }, 'SPARK_WORKER_CORES'],
    [['spark://127.0.0.1:1'], { SPARK_WORKER_MEMORY: 'two' }, 'SPARK_WORKER_MEMORY'],
    [['spark://127.0.0.1:1'], { SPARK_WORKER_INSTANCES: 'some' }, 'SPARK_WORKER_INSTANCES'],
    [['spark://127.0.0.1:1', '--shards', '2'], {}, '--shards'],
    [['spark://127.0.0.1:1', '--work-dir', '/dev/null/work'], {}, '/dev/null/work'],
  ])('a worker: %j %o', async (args, env, named) => {
    const failed = await bed.script(join(root, 'sbin/start-worker.sh'), args, env as Record<string, string>)
    expect(failed.status).toBeGreaterThan(0)
    expect(failed.stderr).toContain(named)
    nothingLeft()
  })
})

describe('variables', () => {
  test('of spark-env.sh say what a daemon is, in shell that minds little', async () => {
    bed.write(
      'conf/spark-env.sh',
      `: $NOT_SET
false
SPARK_WORKER_CORES=3
SPARK_WORKER_MEMORY=768m
SPARK_PUBLIC_DNS=cluster.example
SPARK_DAEMON_MEMORY=300m
SPARK_DAEMON_JAVA_OPTS="-XX:+UseG1GC -Dspark.worker.timeout=30s"
SPARK_DAEMON_CLASSPATH=/some.jar
SPARK_AUTHENTICATE_SECRET='words that nobody may see'
SPARK_WORKER_OPTS='-Dspark.authenticate.secret="words that nobody may see"'
`,
    )
    const set = { SPARK_WORKER_CORES: '', SPARK_WORKER_MEMORY: '' }
    const { url, webUi } = await startMaster({ ...set, SPARK_MASTER_HOST: '127.0.0.1' })
    expect(webUi).toContain('http://cluster.example:')
    expect(await bed.sbin(`start-worker ${url}`, set)).toMatchObject({ status: 0 })
    await eventually('a worker that has registered', () => bed.log('worker').includes('registered with the master'))
    expect(bed.log('worker')).toContain('SPARK_DAEMON_CLASSPATH has no effect')
    expect(bed.log('worker')).toContain('-XX:+UseG1GC in SPARK_DAEMON_JAVA_OPTS has no effect')
    for (const daemon of ['master', 'worker']) {
      expect(commandLine(bed.pid(daemon))).toContain('--max-old-space-size=300 ')
      expect(commandLine(bed.pid(daemon))).not.toContain('nobody may see')
      expect(bed.log(daemon)).not.toContain('nobody may see')
    }
  })

  test('are read by node itself, too', async () => {
    bed.write('conf/spark-env.sh', 'export SPARK_MASTER_PORT=none\nSPARK_DAEMON_MEMORY=300m\n')
    const failed = await run(process.execPath, [join(root, 'bin/firesteel.js'), 'master'], {
      env: { ...bed.variables, SPARK_MASTER_PORT: '' },
    })
    expect(failed.status).toBe(2)
    expect(failed.stderr).toContain('SPARK_MASTER_PORT')
    expect(failed.stderr).toContain('NODE_OPTIONS=--max-old-space-size=300')
  })

  test('spark.master of spark-defaults.conf is enough for every command', async () => {
    const { url, webUi } = await startMaster()
    bed.write('conf/spark-defaults.conf', `spark.master ${url}\n`)
    // For a worker as well.
    expect(await bed.sbin('start-worker')).toMatchObject({ status: 0 })
    await aliveWorkers(webUi, 1)
    const memory = ['-c', 'spark.executor.memory=256m']
    const [example, shell] = await Promise.all([
      bed.bin('run-example', [...memory, 'word-count', join(root, 'README.md')]),
      // A master that is not there is tried before the one that is.
      bed.bin('spark-shell', ['--master', url.replace('spark://', 'spark://127.0.0.1:9,'), ...memory], {
        input: 'sc.parallelize([1, 2, 3], 2).map((n) => n * 7).sum()\n',
      }),
    ])
    expect(example, example.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('\t') })
    expect(shell, shell.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('42') })
    const { completedapps } = await masterJson(webUi)
    expect(completedapps.map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
      'Spark shell FINISHED',
      'word count FINISHED',
    ])
  })
})

describe('every variable of Spark’s page on its standalone mode', () => {
  interface Cluster {
    readonly master: CommandResult
    readonly worker: CommandResult
    readonly json: Awaited<ReturnType<typeof masterJson>>
    /** What a program on the cluster saw: the folders of its executor, and its work folder. */
    readonly seen: { readonly cwd: string; readonly local: readonly string[] }
    readonly ports: readonly number[]
  }

  /** Each with a value of its own, and what shows that it was taken. */
  const variables: Record<string, { value: (ports: readonly number[]) => string; shows: (cluster: Cluster) => void }> =
    {
      SPARK_MASTER_HOST: {
        value: () => 'localhost',
        shows: ({ json }) => expect(json.url).toMatch('spark://localhost:'),
      },
      SPARK_MASTER_PORT: {
        value: ([port]) => String(port),
        shows: ({ json, ports }) => expect(json.url).toMatch(`:${ports[0]}`),
      },
      SPARK_MASTER_WEBUI_PORT: {
        value: ([, port]) => String(port),
        shows: ({ master, ports }) => expect(toldUrl(master, 'web UI')).toMatch(`:${ports[1]}`),
      },
      SPARK_MASTER_OPTS: {
        value: () => '-Dspark.master.rest.port=0 -Dspark.deploy.appIdPattern=variables-%s-%04d',
        shows: ({ seen }) => expect(seen.cwd).toMatch('/variables-'),
      },
      SPARK_LOCAL_DIRS: {
        value: () => bed.path('local one'),
        shows: ({ seen }) => expect(seen.local).toContainEqual(expect.stringContaining('firesteel-')),
      },
      SPARK_LOG_DIR: {
        value: () => bed.path('other logs'),
        shows: () => expect(bed.logs('other logs').length).toBe(2),
      },
      // The test of the logs above shows it.
      SPARK_LOG_MAX_FILES: { value: () => '1', shows: () => undefined },
      SPARK_PID_DIR: { value: () => bed.path('pids'), shows: () => expect(bed.pid('master')).toBeGreaterThan(1) },
      SPARK_WORKER_CORES: { value: () => '3', shows: ({ json }) => expect(json.workers[0]!.cores).toBe(3) },
      SPARK_WORKER_MEMORY: { value: () => '1g', shows: ({ json }) => expect(json.workers[0]!.memory).toBe(1024) },
      SPARK_WORKER_PORT: {
        value: ([, , port]) => String(port),
        shows: ({ json, ports }) => expect(json.workers[0]!.port).toBe(ports[2]),
      },
      SPARK_WORKER_WEBUI_PORT: {
        value: ([, , , port]) => String(port),
        shows: ({ json, ports }) => expect(json.workers[0]!.webuiaddress).toBe(`http://cluster.example:${ports[3]}`),
      },
      SPARK_WORKER_DIR: {
        value: () => bed.path('other work'),
        shows: ({ seen }) => expect(seen.cwd).toMatch('/other work/'),
      },
      SPARK_WORKER_OPTS: {
        value: () => '-Dspark.worker.idPattern=by-variable-%2$s-%3$d-%1$s',
        shows: ({ json }) => expect(json.workers[0]!.id).toMatch('by-variable-127.0.0.1-'),
      },
      SPARK_DAEMON_MEMORY: {
        value: () => '1g',
        shows: () => expect(commandLine(bed.pid('worker'))).toContain('--max-old-space-size=1024 '),
      },
      SPARK_DAEMON_JAVA_OPTS: {
        value: () => '-Xmx1g -Dspark.log.level=DEBUG',
        shows: () =>
          expect(bed.log('master', 1, 'other logs')).toContain('-Xmx1g in SPARK_DAEMON_JAVA_OPTS has no effect'),
      },
      SPARK_DAEMON_CLASSPATH: {
        value: () => '/a.jar',
        shows: () => expect(bed.log('master', 1, 'other logs')).toContain('SPARK_DAEMON_CLASSPATH has no effect'),
      },
      SPARK_PUBLIC_DNS: {
        value: () => 'cluster.example',
        shows: ({ worker }) => expect(toldUrl(worker, 'web UI')).toMatch('//cluster.example:'),
      },
    }

  test('does what it says there', async () => {
    const ports = await freePorts(4)
    mkdirSync(bed.path('local one'))
    const given = Object.fromEntries(Object.entries(variables).map(([name, { value }]) => [name, value(ports)]))
    const master = await bed.sbin('start-master', given)
    expect(master, master.stderr).toMatchObject({ status: 0 })
    const worker = await bed.sbin(`start-worker ${toldUrl(master, 'master')}`, given)
    expect(worker, worker.stderr).toMatchObject({ status: 0 })
    const webUi = toldUrl(master, 'web UI').replace('cluster.example', '127.0.0.1')
    await aliveWorkers(webUi, 1)
    const app = bed.write(
      'see.mjs',
      `import { readdirSync } from 'node:fs'
import { SparkContext } from 'firesteel'
const sc = await SparkContext.create({ appName: 'see' })
const folder = ${JSON.stringify(bed.path('local one'))}
const [seen] = await sc.parallelize([folder], 1).map((path) => ({ cwd: process.cwd(), local: readdirSync(path) })).collect()
console.log(JSON.stringify(seen))
await sc.stop()
`,
    )
    const flags = ['--master', toldUrl(master, 'master'), '-c', 'spark.executor.memory=256m']
    const run = await bed.bin('spark-submit', [...flags, app], { env: { SPARK_LOCAL_DIRS: '' } })
    expect(run, run.stderr).toMatchObject({ status: 0 })
    const cluster = { master, worker, json: await masterJson(webUi), seen: JSON.parse(run.stdout), ports }
    for (const { shows } of Object.values(variables)) shows(cluster)
  })
})

describe('in the foreground', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'a master and a worker log to stderr and end on %s with 0',
    async (signal) => {
      const master = bed.foreground(['master'])
      const url = await eventually('the master', () => /^master (spark:\S+)$/m.exec(master.output.err)?.[1])
      const worker = bed.foreground(['worker', url])
      await eventually('the worker', () => worker.output.err.includes('registered with the master'))
      for (const { child, output } of [worker, master]) {
        const ended = new Promise((resolve) => child.once('close', (code, by) => resolve([code, by])))
        child.kill(signal)
        expect(await within(30_000, `the end on ${signal}`, ended)).toEqual([0, null])
        expect(output.out).toBe('')
      }
    },
  )

  test('by SPARK_NO_DAEMONIZE the scripts stay', async () => {
    const env = { ...bed.variables, SPARK_NO_DAEMONIZE: '1', SPARK_MASTER_PORT: 'none' }
    const failed = await run(join(root, 'sbin/start-master.sh'), [], { env })
    expect(failed).toMatchObject({ status: 2, stderr: expect.stringContaining('SPARK_MASTER_PORT') })
    expect(bed.logs()).toEqual([])
  })

  test('a worker that finds no master gives up with exit code 1', async () => {
    await using silent = await takenPort()
    const opts = '-Dspark.worker.initialRegistrationRetries=1 -Dspark.worker.maxRegistrationRetries=1'
    const worker = bed.foreground(['worker', `spark://127.0.0.1:${silent.port}`], {
      SPARK_WORKER_OPTS: opts,
    })
    const code = await within(
      60_000,
      'a worker without a master',
      new Promise((resolve) => worker.child.once('close', resolve)),
    )
    expect(code).toBe(1)
    expect(worker.output.err).toContain(`127.0.0.1:${silent.port}`)
  })
})

test('the list of workers is read as Spark reads it, and a host that cannot be reached is named', async () => {
  // In the place of ssh: what would be run where.
  const ssh = bed.write(
    'ssh',
    '#!/bin/sh\nfor last; do :; done\nfor host; do case $host in --) next=1;; *) [ "$next" = 1 ] && break;; esac; done\n[ "$host" = bad ] && { echo "no route" >&2; exit 255; }\necho "ran: $last"\n',
  )
  chmodSync(ssh, 0o755)
  bed.write('conf/slaves', '# all of them\nfirst\r\nuser@second third # two on a line\n\n')
  const env = { PATH: `${bed.folder}:${process.env.PATH}` }
  const listed = await bed.script(join(root, 'sbin/workers.sh'), ['echo', "it's a", '$HOME'], env)
  expect(listed.stdout.split('\n').filter(Boolean).sort()).toEqual(
    ['first', 'third', 'user@second'].map((host) => `${host}: ran: echo it\\'s\\ a \\$HOME `),
  )
  expect(listed.status).toBe(0)
  const other = bed.write('my workers', 'bad\nfirst\n')
  const failed = await bed.script(join(root, 'sbin/slaves.sh'), ['true'], { ...env, SPARK_WORKERS: other })
  expect(failed).toMatchObject({ status: 1, stderr: 'it failed on 1 of 2 hosts: bad\n' })
  expect(failed.stdout).toContain('bad: no route')
})
