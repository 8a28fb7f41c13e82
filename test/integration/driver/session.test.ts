import { FiresteelError, SparkConf, SparkContext, SparkSession } from 'firesteel'
import { afterEach, expect, test, vi } from 'vitest'

const builder = () => SparkSession.builder().master('local[1]').config('spark.log.level', 'ERROR')

afterEach(async () => {
  await SparkSession.getActiveSession()?.stop()
})

test('a session owns a context, runs jobs on it and stops it', async () => {
  const spark = await SparkSession.builder.appName('session').master('local[1]').config('my.key', 7).getOrCreate()
  const { sparkContext: sc } = spark
  expect([sc.appName, sc.master, spark.conf.get('my.key')]).toEqual(['session', 'local[1]', '7'])
  expect(spark.version).toMatch(/^\d+\.\d+\.\d+/)
  expect(await sc.range(4).sum()).toBe(6)
  await spark.stop()
  await spark.stop()
  expect(sc.isStopped).toBe(true)
  expect(SparkSession.getActiveSession()).toBeUndefined()
})

test('getOrCreate gives the running session, also to those who ask while it starts', async () => {
  const [first, second] = await Promise.all([builder().getOrCreate(), builder().getOrCreate()])
  expect(second).toBe(first)
  expect(await SparkSession.builder().getOrCreate()).toBe(first)
  expect(SparkSession.getActiveSession()).toBe(first)
  await first.stop()
  const third = await builder().getOrCreate()
  expect(third).not.toBe(first)
  expect(await third.sparkContext.range(3).count()).toBe(3)
})

test('a session on a context that runs already, and a new session beside it', async () => {
  await using sc = await SparkContext.create({ appName: 'own', master: 'local[1]' })
  const first = await SparkSession.builder.config({ 'my.key': 'a' }).getOrCreate()
  expect(first.sparkContext).toBe(sc)
  const second = first.newSession()
  second.conf.set('my.key', 'b')
  expect(second.sparkContext).toBe(sc)
  expect([first.conf.get('my.key'), second.conf.get('my.key')]).toEqual(['a', 'b'])
  expect(SparkSession.getActiveSession()).toBe(first)
})

test('settings that the context was started with cannot be changed', async () => {
  const conf = new SparkConf(false).set('spark.task.maxFailures', 3).set('my.other', 'x')
  await using spark = await builder().config(conf).getOrCreate()
  expect(spark.conf.get('spark.task.maxFailures')).toBe('3')
  expect(spark.conf.get('absent', 'fallback')).toBe('fallback')
  expect(spark.conf.getAll()).toContainEqual(['my.other', 'x'])
  expect(spark.conf.isModifiable('my.other')).toBe(true)
  expect(spark.conf.isModifiable('spark.task.maxFailures')).toBe(false)
  const refusal = (() => {
    try {
      spark.conf.set('spark.task.maxFailures', 4)
    } catch (error) {
      return error
    }
  })()
  expect(FiresteelError.is(refusal, 'FS_CONF_FIXED')).toBe(true)
  spark.conf.unset('my.other')
  spark.conf.set('my.other', 'y')
  spark.conf.unset('my.other')
  expect(spark.conf.get('my.other')).toBe('x')
})

test('what a running session cannot take is warned of', async () => {
  const first = await SparkSession.builder().master('local[1]').getOrCreate()
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    const again = await SparkSession.builder().master('local[2]').config('my.key', 'late').getOrCreate()
    expect(again).toBe(first)
    expect(again.conf.get('my.key')).toBe('late')
    expect(write.mock.calls.map(([text]) => text).join('')).toContain('no effect: spark.master')
  } finally {
    write.mockRestore()
  }
})
