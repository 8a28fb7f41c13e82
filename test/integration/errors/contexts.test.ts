import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FiresteelError, SparkContext } from 'firesteel'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../kit/eventually.js'
import { LeftOvers } from '../../kit/left-overs.js'
import { withContext } from '../../kit/with-context.js'

test('a second context is refused by name, tells where the first was made, and does it no harm', () =>
  withContext('local[2]', async ({ sc }) => {
    const error = await failureOf(SparkContext.create({ master: 'local[1]' }))
    expect(FiresteelError.is(error, 'FS_CONTEXT_ALREADY_RUNNING')).toBe(true)
    expect(error.message).toMatch(/'test'.*with-context\.ts/)
    expect(await SparkContext.getOrCreate()).toBe(sc)
    expect(await sc.parallelize([1, 2], 2).sum()).toBe(3)
  }))

test('two contexts run side by side where that is allowed', () =>
  withContext('local[2]', async ({ sc, localDir }) => {
    const conf = { 'spark.driver.allowMultipleContexts': true, 'spark.local.dir': localDir }
    const second = await SparkContext.create({ master: 'local-cluster[1,1,512]', conf })
    try {
      const sums = await Promise.all([sc, second].map((one) => one.parallelize([1, 2, 3], 2).sum()))
      expect(sums).toEqual([6, 6])
    } finally {
      await second.stop()
    }
    expect(await sc.parallelize([1], 1).count()).toBe(1)
  }))

test('after stop() an action, a new RDD and a broadcast are refused by name; stopping twice is fine', async () => {
  let kept: { sc: SparkContext; rdd: ReturnType<SparkContext['parallelize']> } | undefined
  await withContext('local[1]', async ({ sc }) => {
    kept = { sc, rdd: sc.parallelize([1], 1) }
    await kept.rdd.count()
  })
  const { sc, rdd } = kept as NonNullable<typeof kept>
  const error = await failureOf(rdd.count())
  expect(FiresteelError.is(error, 'FS_CONTEXT_STOPPED')).toBe(true)
  expect(error.message).toMatch(/count\(\).*stopped at/)
  expect(() => sc.broadcast(1)).toThrow(/FS_CONTEXT_STOPPED/)
  expect(() => sc.parallelize([1])).toThrow(/FS_CONTEXT_STOPPED/)
  await sc.stop()
})

describe('a bad setting', () => {
  test.each([
    ['spark.task.maxFailures', 'many'],
    ['spark.driver.maxResultSize', '-3 parsecs'],
    ['spark.shuffle.compress', 'perhaps'],
    ['spark.network.timeout', 'soon'],
  ])('%s=%s is refused by name, value and accepted form', async (key, value) => {
    const error = await failureOf(
      SparkContext.create({ master: 'local[1]', conf: { [key]: value } }).then((sc) => sc.stop()),
    )
    expect(FiresteelError.is(error, 'FS_CONF_VALUE')).toBe(true)
    expect(error.message).toContain(key)
    expect(error.message).toContain(value)
  })

  test.each(['local[0]', 'local[x]', 'local-cluster[1,2]', 'local-cluster[0,1,512]', 'mars://x', ''])(
    "the master '%s' is refused",
    async (master) => {
      const error = await failureOf(SparkContext.create({ master }).then((sc) => sc.stop()))
      expect(error.message).toMatch(/FS_CONTEXT_MASTER|FS_CONF/)
    },
  )
})

describe('a folder for temporary files', () => {
  test('that cannot be made is refused by name and path, and nothing is left running', async () => {
    const leftOvers = await LeftOvers.watch()
    const file = join(leftOvers.localDir, 'a-file')
    writeFileSync(file, '')
    const conf = { 'spark.local.dir': join(file, 'below') }
    const error = await failureOf(SparkContext.create({ master: 'local-cluster[1,1,512]', conf }))
    rmSync(file)
    expect(error).toMatchObject({ code: expect.stringMatching(/^FS_/) })
    expect(error.message).toContain(join(file, 'below'))
    await leftOvers.expectNothing()
  })

  test.skipIf(process.getuid?.() === 0)('that may not be written to is refused by name and path', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'firesteel-read-only-'))
    mkdirSync(join(folder, 'inner'))
    chmodSync(join(folder, 'inner'), 0o500)
    const conf = { 'spark.local.dir': join(folder, 'inner') }
    const error = await failureOf(SparkContext.create({ master: 'local[1]', conf }))
    expect(error.message).toContain(join(folder, 'inner'))
    rmSync(folder, { recursive: true })
  })
})

/** Mounting a small file system needs a mount namespace of its own: root, on Linux. */
const canMount =
  process.platform === 'linux' && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
const program = fileURLToPath(new URL('programs/full-disk.mjs', import.meta.url))

describe.skipIf(!canMount)('a disk that is full (needs root on Linux, to mount a small one)', () => {
  test.each(['local[1]', 'local-cluster[1,1,512]'])('fails the job by name on %s, and the next job runs', (master) => {
    const folder = mkdtempSync(join(tmpdir(), 'firesteel-small-disk-'))
    try {
      const script = 'mount -t tmpfs -o size=4m tmpfs "$1" && exec "$2" "$3" "$1" "$4"'
      const output = execFileSync(
        'unshare',
        ['-m', 'sh', '-c', script, 'sh', folder, process.execPath, program, master],
        {
          encoding: 'utf8',
          timeout: 60_000,
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
      const { code, message, next, left } = JSON.parse(output) as Record<string, unknown>
      expect(code).toBe('FS_JOB_FAILED')
      expect(message).toMatch(/FS_SHUFFLE_DISK_FULL/)
      expect(message).toContain(folder)
      expect(next).toBe(6)
      expect(left).toEqual([])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
