import { describe, expect, test } from 'vitest'
import { FiresteelError } from '../errors/index.js'
import {
  AUTHENTICATE_SECRET,
  EXCLUDE_ON_FAILURE,
  EXECUTOR_MEMORY,
  LOCALITY_WAIT,
  LOCALITY_WAIT_NODE,
  LOG_LEVEL,
  MASTER,
  NETWORK_TIMEOUT,
  RPC_ASK_TIMEOUT,
  SHUFFLE_COMPRESS,
} from './index.js'
import { SparkConf } from './spark-conf.js'
import { setSubmittedConf } from './submitted-conf.js'

const empty = () => new SparkConf(false)

function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return error instanceof FiresteelError ? error.message : String(error)
  }
  return 'nothing thrown'
}

describe('SparkConf', () => {
  test('chains its setters and keeps texts', () => {
    const conf = empty()
      .setMaster('local[2]')
      .setAppName('x')
      .set('spark.task.maxFailures', 7)
      .set('spark.rdd.compress', true)
    expect(conf.getAll()).toEqual([
      ['spark.app.name', 'x'],
      ['spark.master', 'local[2]'],
      ['spark.rdd.compress', 'true'],
      ['spark.task.maxFailures', '7'],
    ])
  })

  test('reads an entry typed, from text, typed value or default', () => {
    const conf = empty()
    expect(conf.get(EXECUTOR_MEMORY)).toBe(2 ** 30)
    expect(conf.set('spark.executor.memory', '2048').get(EXECUTOR_MEMORY)).toBe(2 ** 31)
    expect(conf.set(EXECUTOR_MEMORY, 1536 * 2 ** 20).get('spark.executor.memory')).toBe('1536m')
    expect(conf.get(MASTER)).toBeUndefined()
    expect(conf.set(SHUFFLE_COMPRESS, false).get(SHUFFLE_COMPRESS)).toBe(false)
  })

  test('falls back to the value, not only the default, of another entry', () => {
    const conf = empty().set('spark.locality.wait', '1s')
    expect(conf.get(LOCALITY_WAIT_NODE)).toBe(1000)
    expect(conf.set('spark.locality.wait.node', '0').get(LOCALITY_WAIT_NODE)).toBe(0)
    expect(empty().get(LOCALITY_WAIT_NODE)).toBe(empty().get(LOCALITY_WAIT))
    expect(empty().set(NETWORK_TIMEOUT, 5000).get(RPC_ASK_TIMEOUT)).toBe(5000)
  })

  test('reads an older name of a setting and says so', () => {
    const conf = empty().set('spark.blacklist.enabled', 'true')
    expect(conf.get(EXCLUDE_ON_FAILURE)).toBe(true)
    expect(conf.get('spark.excludeOnFailure.enabled')).toBe('true')
    expect(conf.contains('spark.excludeOnFailure.enabled')).toBe(true)
    expect(conf.check()).toMatchObject([{ key: 'spark.blacklist.enabled', kind: 'renamed' }])
    expect(conf.remove('spark.excludeOnFailure.enabled').getAll()).toEqual([])
  })

  test('refuses a malformed value with key, value, accepted form and origin', () => {
    const conf = empty().set('spark.executor.memory', '1.5g')
    expect(codeOf(() => conf.get(EXECUTOR_MEMORY))).toMatchInlineSnapshot(
      `"[FS_CONF_VALUE] spark.executor.memory cannot be '1.5g' (set by the program): it takes a whole number, bare or with b, k, kb, m, mb, g, gb, t, tb, p or pb, as in 512m; a bare number counts MiB"`,
    )
    expect(codeOf(() => empty().set('spark.log.level', 'LOUD').get(LOG_LEVEL))).toMatchInlineSnapshot(
      `"[FS_CONF_VALUE] spark.log.level cannot be 'LOUD' (set by the program): it takes one of ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF"`,
    )
    expect(codeOf(() => conf.check())).toContain('FS_CONF_VALUE')
    expect(codeOf(() => empty().set('a.b', 'x').getInt('a.b', 1))).toContain('a whole number')
    expect(codeOf(() => empty().set('', 'x'))).toContain('FS_CONF_KEY')
    expect(codeOf(() => empty().set('a', undefined as never))).toContain('FS_CONF_KEY')
  })

  test('reads untyped keys in Spark’s units', () => {
    const conf = empty().setAll({ 'a.size': '64', 'a.wait': '3', 'a.ratio': '0.5', 'a.flag': 'TRUE' })
    expect(conf.getSizeAsBytes('a.size', '1k')).toBe(64)
    expect(conf.getSizeAsKb('a.size', '1k')).toBe(64)
    expect(conf.getSizeAsMb('absent', '2g')).toBe(2048)
    expect(conf.getTimeAsMs('a.wait', '1s')).toBe(3)
    expect(conf.getTimeAsSeconds('a.wait', '1s')).toBe(3)
    expect(conf.getDouble('a.ratio', 1)).toBe(0.5)
    expect(conf.getBoolean('a.flag', false)).toBe(true)
    expect(conf.getInt('absent', 9)).toBe(9)
    expect(conf.get('absent')).toBeUndefined()
    expect(conf.get('absent', 'x')).toBe('x')
  })

  test('copies are independent', () => {
    const conf = empty().set('a', 'b')
    conf.clone().set('a', 'c')
    expect(conf.get('a')).toBe('b')
    expect(conf.setIfMissing('a', 'z').setIfMissing('d', 'e').getAllWithPrefix('')).toEqual([
      ['a', 'b'],
      ['d', 'e'],
    ])
  })

  test('hides secrets when it is shown', () => {
    const conf = empty().setAll({
      'spark.authenticate.secret': 'hush',
      'my.password': 'hush',
      'spark.app.name': 'plain',
    })
    expect(conf.toDebugString()).toMatchInlineSnapshot(`
      "my.password=*********(redacted)
      spark.app.name=plain
      spark.authenticate.secret=*********(redacted)"
    `)
    conf.set('spark.redaction.regex', 'plain')
    expect(conf.toDebugString()).toContain('spark.app.name=*********(redacted)')
    expect(conf.toDebugString()).toContain('spark.authenticate.secret=*********(redacted)')
    expect(AUTHENTICATE_SECRET.secret).toBe(true)
  })

  test('begins with what submit passed, and the program has the last word', () => {
    const source = { kind: 'flag', flag: '--master' } as const
    setSubmittedConf(new Map([['spark.master', { value: 'local[3]', source }]]))
    try {
      const conf = new SparkConf()
      expect(conf.sourceOf(MASTER)).toEqual(source)
      expect(conf.setMaster('local').sourceOf('spark.master')).toEqual({ kind: 'code' })
      expect(empty().getAll()).toEqual([])
    } finally {
      setSubmittedConf(undefined)
    }
  })

  test('warns of keys that are unknown, or known to Spark alone', () => {
    const keys = [
      'spark.executor.memry',
      'spark.foo.bar',
      'spark.kryo.unsafe',
      'spark.sql.some.new',
      'spark.executorEnv.A',
      'my.own',
    ]
    const conf = empty().setAll(keys.map((key) => [key, '1'] as const))
    expect(conf.check().map(({ text }) => text)).toMatchInlineSnapshot(`
      [
        "spark.executor.memry is not a setting that Firesteel or Spark knows; did you mean spark.executor.memory?",
        "spark.foo.bar is not a setting that Firesteel or Spark knows",
        "spark.kryo.unsafe is known to Spark but has no effect in Firesteel: it is about the Java virtual machine",
        "spark.sql.some.new is known to Spark but has no effect in Firesteel: SQL, DataFrames, streaming, graphs and Spark Connect are not part of this version",
      ]
    `)
  })
})
