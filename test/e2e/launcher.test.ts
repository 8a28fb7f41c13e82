import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { type LaunchedApplication, type LaunchOptions, launch } from 'firesteel/launcher'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, within } from '../kit/eventually.js'
import { executorsOf, isAlive } from '../kit/processes.js'
import { SmallCluster } from './small-cluster.js'
import { TempProject } from './temp-project.js'

let project: TempProject

beforeAll(() => {
  project = new TempProject()
  project.write(
    'sum.ts',
    `import { SparkContext } from 'firesteel'
     const sc = await SparkContext.create({ appName: 'sum' })
     const limit: number = Number(process.argv[2])
     console.log(await sc.range(0, limit).sum(), sc.getConf().get('spark.executorEnv.X_PASSWORD'), process.env.FIRESTEEL_LAUNCH, process.env.MORE)
     await sc.stop()`,
  )
  project.write(
    'endless.mjs',
    `import { SparkContext } from 'firesteel'
     const sc = await SparkContext.create({ appName: 'endless' })
     try {
       await sc.range(0, 2, 1, 2).map(() => new Promise((resolve) => setTimeout(resolve, 600_000))).count()
     } finally {
       console.log('cleaned up')
     }`,
  )
  project.write('silent.mjs', 'setInterval(() => {}, 1000)')
})
afterAll(() => project[Symbol.dispose]())

/** Launches in the project, without settings and with temporary files of its own. */
function start(application: string, options: LaunchOptions = {}): Promise<LaunchedApplication> {
  const { env, ...rest } = options
  return launch(application, {
    master: 'local[2]',
    cwd: project.folder,
    stdout: 'pipe',
    stderr: 'pipe',
    ...rest,
    env: { TMPDIR: project.temporary, SPARK_CONF_DIR: project.temporary, ...env },
  })
}

/** Until it is in this state. */
const reaches = (application: LaunchedApplication, state: string) =>
  eventually(`the state ${state}`, () => application.state === state)

const ended = (application: LaunchedApplication) => within(60_000, 'the application', application.result)

describe('a launched application', () => {
  test('is followed from its start to its end', async () => {
    const application = await start('sum.ts', {
      args: ['101'],
      env: { MORE: 'yes' },
      conf: { 'spark.executorEnv.X_PASSWORD': 'hidden' },
    })
    const output = text(application.stdout!)
    const errors = text(application.stderr!)
    const seen: string[] = []
    for await (const { state } of application) if (state !== seen.at(-1)) seen.push(state)
    expect([await output, await errors]).toEqual(['5050 hidden undefined yes\n', ''])
    // What it says of its own start may come before anybody listens.
    expect(['UNKNOWN', 'CONNECTED']).toContain(seen[0])
    expect(seen.slice(-3)).toEqual(['SUBMITTED', 'RUNNING', 'FINISHED'])
    expect(await application.result).toEqual({
      state: 'FINISHED',
      exitCode: 0,
      appId: expect.stringMatching(/^local-/),
    })
    expect(application.appId).toMatch(/^local-/)
  })

  test('that fails says why', async () => {
    project.write('failing.ts', `throw new TypeError('no such thing: ' + (process.argv[2] as string))`)
    const failed = await ended(await start('failing.ts', { args: ['a b'] }))
    expect(failed).toEqual({ state: 'FAILED', exitCode: 1, message: 'no such thing: a b' })
    project.write('exiting.mjs', 'process.exit(3)')
    const exited = await ended(await start('exiting.mjs'))
    expect(exited).toEqual({ state: 'FAILED', exitCode: 3, message: 'its process exited with 3' })
  })

  test('that does not exist, or is launched with a wrong setting, fails like any other', async () => {
    const none = await start('none.ts')
    const errors = text(none.stderr!)
    const message = expect.stringContaining('FS_SUBMIT_APPLICATION')
    expect(await ended(none)).toEqual({ state: 'FAILED', exitCode: 2, message })
    expect(await errors).toContain('FS_SUBMIT_APPLICATION')
    const wrong = await start('sum.ts', { conf: { 'spark.driver.memory': 'much' } })
    expect(await ended(wrong)).toMatchObject({ state: 'FAILED', exitCode: 2 })
  })

  test('ends its context when it is stopped, and its executors with it', async () => {
    const application = await start('endless.mjs', { master: 'local-cluster[2,1,512]' })
    const output = text(application.stdout!)
    await reaches(application, 'RUNNING')
    const executors = await executorsOf(2, application.pid)
    const result = await within(60_000, 'the application', application.stop())
    expect(result.state).toBe('KILLED')
    expect(await output).toBe('cleaned up\n')
    await eventually('the end of the executors', () => !executors.some(isAlive))
  })

  test('that is stopped before it has a context is stopped when it has one', async () => {
    const application = await start('endless.mjs')
    await eventually('its first word', () => application.state !== 'UNKNOWN')
    expect((await within(60_000, 'the application', application.stop())).state).toBe('KILLED')
  })

  test('is killed, whatever it does, and at the end of the block that uses it', async () => {
    const application = await start('silent.mjs')
    await reaches(application, 'CONNECTED')
    expect(await within(60_000, 'the application', application.kill())).toEqual({ state: 'KILLED', signal: 'SIGTERM' })
    expect(await application.stop()).toEqual(await application.kill())
    let pid = 0
    {
      await using other = await start('silent.mjs')
      pid = other.pid!
    }
    expect(isAlive(pid)).toBe(false)
  })

  test('is killed when the signal aborts, and not begun when it has', async () => {
    const stop = new AbortController()
    const application = await start('silent.mjs', { signal: stop.signal })
    await reaches(application, 'CONNECTED')
    stop.abort()
    expect((await ended(application)).state).toBe('KILLED')
    await expect(start('silent.mjs', { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late')
  })

  test('keeps its settings off the command line', async () => {
    const application = await start('silent.mjs', { conf: { 'spark.executorEnv.X_PASSWORD': 'hidden' }, name: 'shown' })
    await reaches(application, 'CONNECTED')
    const commandLine = readFileSync(`/proc/${application.pid}/cmdline`, 'utf8')
    expect([commandLine.includes('shown'), commandLine.includes('hidden')]).toEqual([true, false])
    await application.kill()
  })

  test('writes into files, and nowhere', async () => {
    const file = project.path('out.txt')
    const application = await start('sum.ts', { args: ['11'], stdout: { file }, stderr: 'ignore' })
    expect([application.stdout, application.stderr]).toEqual([undefined, undefined])
    expect((await ended(application)).state).toBe('FINISHED')
    expect(readFileSync(file, 'utf8')).toBe('55 undefined undefined undefined\n')
  })

  test('is not launched from a folder that is not there', async () => {
    await expect(start('sum.ts', { cwd: project.path('nowhere') })).rejects.toThrow('FS_LAUNCHER_START')
  })

  test('tells its own child nothing of its launcher', async () => {
    project.write(
      'parent.mjs',
      `import { fork } from 'node:child_process'
       const child = fork('inner.mjs', [], { env: process.env })
       child.on('message', (message) => console.log('heard', JSON.stringify(message)))
       child.on('exit', (code) => console.log('ended', code))`,
    )
    project.write('inner.mjs', `console.log('order', process.env.FIRESTEEL_LAUNCH)`)
    const application = await start('parent.mjs')
    const output = text(application.stdout!)
    expect((await ended(application)).state).toBe('FINISHED')
    expect(await output).toBe('order undefined\nended 0\n')
  })
})

describe('a driver in the cluster', () => {
  let cluster: SmallCluster
  let options: LaunchOptions

  beforeAll(async () => {
    cluster = await new SmallCluster(project).start()
    const conf = { 'spark.driver.memory': '512m', 'spark.executor.memory': '512m', 'spark.cores.max': 1 }
    options = { master: cluster.masterUrl, deployMode: 'cluster', conf }
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  test('is followed to its end, by the id of its submission', async () => {
    const application = await start('sum.ts', { ...options, args: ['101'] })
    const seen: string[] = []
    for await (const { state } of application) if (state !== seen.at(-1)) seen.push(state)
    const id = application.appId!
    expect(id).toMatch(/^driver-/)
    expect(seen.at(-1)).toBe('FINISHED')
    expect(await application.result).toMatchObject({ state: 'FINISHED', exitCode: 0, appId: id })
    expect(readFileSync(project.path(`work/${id}/stdout`), 'utf8')).toMatch(/^5050 /)
  })

  test('that fails says why', async () => {
    project.write('failing.ts', `throw new TypeError('no such thing: ' + (process.argv[2] as string))`)
    const result = await ended(await start('failing.ts', { ...options, args: ['x'] }))
    expect(result).toMatchObject({ state: 'FAILED', message: expect.stringContaining('no such thing: x') })
  })

  test('is killed with the process that watches it', async () => {
    for (const end of ['stop', 'kill'] as const) {
      const application = await start('silent.mjs', options)
      await reaches(application, 'RUNNING')
      const result = await within(60_000, 'the application', application[end]())
      expect([end, result.state]).toEqual([end, 'KILLED'])
      const { stdout } = await project.firesteel([
        'submit',
        '--master',
        cluster.masterUrl,
        '--status',
        application.appId!,
      ])
      expect(stdout).toContain(`State of driver ${application.appId} is now KILLED.`)
    }
  })
})

test('an application that runs in this process is followed, stopped, and one at a time', async () => {
  project.write(
    'app.mjs',
    `import { SparkContext } from 'firesteel'
     export async function sum(args) {
       const sc = await SparkContext.create({ appName: 'sum' })
       console.log(sc.getConf().get('spark.executorEnv.X'), await sc.range(0, Number(args[0])).sum(), process.argv.slice(2).join())
     }
     export async function endless() {
       const sc = await SparkContext.create({ appName: 'endless' })
       await sc.range(0, 2, 1, 2).map(() => new Promise((resolve) => setTimeout(resolve, 600_000))).count()
     }
     export function fail() { throw new TypeError('not today') }`,
  )
  project.write('again.mjs', `console.log('loaded')`)
  project.write(
    'service.mjs',
    `import { SparkContext } from 'firesteel'
     import { launchInProcess } from 'firesteel/launcher'
     const before = process.argv
     const show = ({ state, message, appId }) => console.log(state, message, appId?.replace(/\\d+$/, 'N'))
     const options = { master: 'local[2]', conf: { 'spark.executorEnv.X': 1 } }
     const first = await launchInProcess('app.mjs', { ...options, className: 'sum', args: ['11'] })
     first.onChange(({ state }) => console.log('now', state))
     await launchInProcess('app.mjs', { className: 'fail' }).catch((error) => console.log(error.code))
     show(await first.result)
     show(await (await launchInProcess('app.mjs', { ...options, className: 'fail' })).result)
     const endless = await launchInProcess('app.mjs', { ...options, className: 'endless' })
     for await (const { state } of endless) if (state === 'RUNNING') endless.stop()
     show(await endless.result)
     for (let n = 0; n < 2; n++) show(await (await launchInProcess('again.mjs', options)).result)
     console.log(process.argv === before)
     const sc = await SparkContext.create({ master: 'local[1]', appName: 'own' })
     console.log(sc.getConf().get('spark.executorEnv.X'))
     await sc.stop()`,
  )
  const { stdout, stderr, status } = await project.run(['service.mjs'])
  expect(stderr).toBe('')
  expect(stdout.split('\n')).toEqual([
    'FS_LAUNCHER_BUSY',
    'now SUBMITTED',
    'now RUNNING',
    '1 55 11',
    'now FINISHED',
    'FINISHED undefined local-N',
    'FAILED not today undefined',
    'KILLED undefined local-N',
    'loaded',
    'FINISHED undefined undefined',
    'loaded',
    'FINISHED undefined undefined',
    'true',
    'undefined',
    '',
  ])
  expect(status).toBe(0)
})
