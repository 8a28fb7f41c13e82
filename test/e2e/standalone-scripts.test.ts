import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually, within } from '../kit/eventually.js'
import { isAlive } from '../kit/processes.js'
import { aliveWorkers, masterJson, ScriptsBed, toldUrl } from '../kit/scripts-bed.js'
import { root, run } from './run-command.js'

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
