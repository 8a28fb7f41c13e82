import { describe, expect, test } from 'vitest'
import type { SourcedSettings } from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { describeRequest } from './describe-request.js'
import { parseSubmitArguments, type SubmitRequest } from './submit-arguments.js'
import { submitHelp } from './submit-help.js'

const files: Record<string, Record<string, string>> = {
  '/conf/spark-defaults.conf': { 'spark.master': 'local[2]', 'spark.executor.memory': '2g', other: 'x' },
  'mine.conf': { 'spark.executor.memory': '3g', 'spark.rdd.compress': 'true' },
}

function readProperties(path: string): SourcedSettings {
  const pairs = Object.entries(files[path] ?? {})
  return new Map(pairs.map(([key, value], at) => [key, { value, source: { kind: 'file', path, line: at + 1 } }]))
}

function parse(line: string, options: { defaultsFile?: string; environment?: Record<string, string> } = {}) {
  const { defaultsFile, environment = {} } = options
  return parseSubmitArguments(line.split(' ').filter(Boolean), { environment, readProperties, defaultsFile })
}

function run(line: string, options: Parameters<typeof parse>[1] = {}): SubmitRequest {
  const command = parse(line, options)
  if (command.action !== 'run') throw new Error(`not a run but ${command.action}`)
  return command
}

const settingOf = (request: SubmitRequest, key: string) => request.conf.get(key)?.value

describe('the command line of submit', () => {
  test('ends at the application; what follows belongs to it', () => {
    const request = run('--master local[4] app.ts --master x -v -- --conf')
    expect(request.application).toBe('app.ts')
    expect(request.args).toEqual(['--master', 'x', '-v', '--', '--conf'])
    expect(settingOf(request, 'spark.master')).toBe('local[4]')
    expect(request.verbose).toBe(false)
  })

  test('takes --flag=value, repeated -c and --conf, and values that contain =', () => {
    const request = run('--name=a=b -c spark.a=1 --conf spark.b=x=y --conf=spark.a=2 -- app.ts')
    expect(settingOf(request, 'spark.app.name')).toBe('a=b')
    expect(settingOf(request, 'spark.a')).toBe('2')
    expect(settingOf(request, 'spark.b')).toBe('x=y')
    expect(request.application).toBe('app.ts')
  })

  test('turns flags into settings and lists', () => {
    const request = run(
      '--files a,b --jars c.js --packages d@1 --class main --executor-memory 2g --num-executors 3 -v app.ts',
    )
    expect(request).toMatchObject({
      files: ['a', 'b'],
      jars: ['c.js'],
      packages: ['d@1'],
      className: 'main',
      verbose: true,
    })
    expect(settingOf(request, 'spark.executor.memory')).toBe('2g')
    expect(settingOf(request, 'spark.executor.instances')).toBe('3')
  })

  test('falls back to local[*] and the name of the file', () => {
    const request = run('some/app.ts')
    expect(request.conf.get('spark.master')).toEqual({ value: 'local[*]', source: { kind: 'default' } })
    expect(settingOf(request, 'spark.app.name')).toBe('app.ts')
    expect(request.deployMode).toBe('client')
  })

  test('lets a flag win over --conf, that over a file, and that over the environment', () => {
    const surroundings = { defaultsFile: '/conf/spark-defaults.conf', environment: { MASTER: 'local[9]' } }
    expect(settingOf(run('app.ts', { environment: { MASTER: 'local[9]' } }), 'spark.master')).toBe('local[9]')
    expect(settingOf(run('app.ts', surroundings), 'spark.master')).toBe('local[2]')
    expect(settingOf(run('-c spark.master=local[5] app.ts', surroundings), 'spark.master')).toBe('local[5]')
    const all = run('--master local[6] -c spark.master=local[5] app.ts', surroundings)
    expect(all.conf.get('spark.master')).toEqual({ value: 'local[6]', source: { kind: 'flag', flag: '--master' } })
  })

  test('reads --properties-file in place of, or on top of, the defaults', () => {
    const defaultsFile = '/conf/spark-defaults.conf'
    const alone = run('--properties-file mine.conf app.ts', { defaultsFile })
    expect([settingOf(alone, 'spark.executor.memory'), settingOf(alone, 'spark.master')]).toEqual(['3g', 'local[*]'])
    const both = run('--properties-file mine.conf --load-spark-defaults app.ts', { defaultsFile })
    expect([settingOf(both, 'spark.executor.memory'), settingOf(both, 'spark.master')]).toEqual(['3g', 'local[2]'])
    expect(both.warnings).toEqual(['other is ignored: the name of a setting begins with spark.'])
  })

  test('leaves out keys that are no settings, and says so', () => {
    const { warnings, conf } = run('-c spark.executor.memroy=1g -c foo=1 app.ts')
    expect(warnings).toEqual(['foo is ignored: the name of a setting begins with spark.'])
    expect([...conf.keys()]).toEqual(['spark.master', 'spark.app.name', 'spark.executor.memroy'])
  })

  test('asks a cluster about a driver, or for its end, without an application', () => {
    const master = '--master spark://a:7077,b:7077'
    const command = parse(`${master} --kill driver-1`)
    expect(command).toMatchObject({ action: 'kill', driverId: 'driver-1', warnings: [] })
    expect(parse(`${master} --status driver-2`)).toMatchObject({ action: 'status', driverId: 'driver-2' })
    if (command.action !== 'kill') throw new Error('not a kill')
    expect(command.conf.get('spark.master')?.value).toBe('spark://a:7077,b:7077')
    expect(command.conf.has('spark.app.name')).toBe(false)
  })

  test('takes the flags of cluster mode, which are settings too', () => {
    const request = run(
      '--master spark://a --deploy-mode cluster --supervise --driver-cores 2 --total-executor-cores 8 --executor-cores 4 app.ts --supervise',
    )
    expect(request.deployMode).toBe('cluster')
    expect(request.args).toEqual(['--supervise'])
    const keys = ['spark.driver.supervise', 'spark.driver.cores', 'spark.cores.max', 'spark.executor.cores']
    expect(keys.map((key) => settingOf(request, key))).toEqual(['true', '2', '8', '4'])
    expect(settingOf(run('--master spark://a app.ts'), 'spark.driver.supervise')).toBeUndefined()
  })

  test('takes the secret from the environment, and says that one on the command line is seen', () => {
    const environment = { SPARK_AUTHENTICATE_SECRET: 'hush' }
    const key = 'spark.authenticate.secret'
    expect(run('app.ts', { environment }).conf.get(key)?.source).toEqual({
      kind: 'environment',
      variable: 'SPARK_AUTHENTICATE_SECRET',
    })
    const { warnings } = run(`-c ${key}=x app.ts`)
    expect(warnings).toEqual([expect.stringContaining(`${key} on a command line is seen by everybody`)])
    expect(warnings.join()).not.toContain('=x')
  })

  test('asks for help or the version even without an application', () => {
    expect(parse('--help')).toEqual({ action: 'help' })
    expect(parse('-h app.ts')).toEqual({ action: 'help' })
    expect(parse('--version')).toEqual({ action: 'version' })
  })
})

describe('refusals', () => {
  test.each([
    ['', '[FS_SUBMIT_NO_APPLICATION] there is no application to submit'],
    ['--mster local app.ts', '[FS_SUBMIT_FLAG] spark-submit has no flag --mster; did you mean --master?'],
    ['-x app.ts', '[FS_SUBMIT_FLAG] spark-submit has no flag -x'],
    ['--master', '[FS_SUBMIT_FLAG_VALUE] --master needs a value (URL)'],
    ['--master= app.ts', '[FS_SUBMIT_FLAG_VALUE] --master needs a value (URL)'],
    ['--verbose=yes app.ts', "[FS_SUBMIT_FLAG_VALUE] --verbose needs no value, not 'yes'"],
    ['--conf spark.a app.ts', "[FS_SUBMIT_FLAG_VALUE] --conf needs key=value, not 'spark.a'"],
    ['-c =1 app.ts', "[FS_SUBMIT_FLAG_VALUE] --conf needs key=value, not '=1'"],
    ['--py-files a.py app.ts', '[FS_SUBMIT_FLAG_UNSUPPORTED] --py-files cannot be used: Firesteel runs JavaScript'],
    ['--kill driver-1', '[FS_SUBMIT_NO_CLUSTER_MODE] cluster deploy mode cannot be used with local[*]'],
    ['--kill', '[FS_SUBMIT_FLAG_VALUE] --kill needs a value (ID)'],
    ['--supervise=yes app.ts', "[FS_SUBMIT_FLAG_VALUE] --supervise needs no value, not 'yes'"],
    [
      '--deploy-mode cluster app.ts',
      '[FS_SUBMIT_NO_CLUSTER_MODE] cluster deploy mode cannot be used with local[*]: it runs the driver in this process',
    ],
    [
      '--deploy-mode cluster --master local-cluster[1,1,512] app.ts',
      '[FS_SUBMIT_NO_CLUSTER_MODE] cluster deploy mode cannot be used with local-cluster[1,1,512]',
    ],
    ['--deploy-mode moon app.ts', "[FS_CONF_VALUE] spark.submit.deployMode cannot be 'moon' (set by --deploy-mode)"],
    [
      '--executor-memory lots app.ts',
      "[FS_CONF_VALUE] spark.executor.memory cannot be 'lots' (set by --executor-memory)",
    ],
    ['-c spark.task.maxFailures=0 app.ts', "[FS_CONF_VALUE] spark.task.maxFailures cannot be '0' (set by --conf)"],
  ])('%j is refused by name', (line, message) => {
    try {
      parse(line)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(FiresteelError)
      expect((error as Error).message).toContain(message)
    }
  })
})

describe('what is printed', () => {
  test('--verbose shows each setting with its source, secrets hidden', () => {
    const options = { defaultsFile: '/conf/spark-defaults.conf', environment: { SPARK_EXECUTOR_CORES: '2' } }
    expect(
      describeRequest(run('-c spark.authenticate.secret=hush --master local[1] app.ts a b', options)),
    ).toMatchInlineSnapshot(`
      "Submitting
        application  app.ts
        arguments    a b
        deploy mode  client
      Settings
        key                        value                from
        spark.app.name             app.ts               the default
        spark.authenticate.secret  *********(redacted)  --conf
        spark.executor.cores       2                    SPARK_EXECUTOR_CORES
        spark.executor.memory      2g                   /conf/spark-defaults.conf:2
        spark.master               local[1]             --master"
    `)
  })

  test('the help names every flag within 100 columns', () => {
    const text = submitHelp()
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect(text).toContain('--conf, -c KEY=VALUE')
    expect(text).toContain('--total-executor-cores N')
  })
})
