import { describe, expect, test } from 'vitest'
import { FiresteelError } from '../../common/errors/index.js'
import { parseJavaOptions } from './java-options.js'

const parse = (text: string) => parseJavaOptions(text, 'SPARK_MASTER_OPTS')

describe('the options of a daemon', () => {
  test('are settings, of which the last counts', () => {
    expect(parse('-Dspark.deploy.recoveryMode=FILESYSTEM  -Dspark.a=x=y').settings).toEqual([
      ['spark.deploy.recoveryMode', 'FILESYSTEM'],
      ['spark.a', 'x=y'],
    ])
  })

  test('may hold spaces in quotes', () => {
    expect(parse(`-Dspark.deploy.recoveryDirectory="/a b/c" '-Dspark.b=1 2'`).settings).toEqual([
      ['spark.deploy.recoveryDirectory', '/a b/c'],
      ['spark.b', '1 2'],
    ])
  })

  test('that only a Java virtual machine understands have no effect, and are told by name', () => {
    const text =
      '-Xmx2g -XX:+UseG1GC -server --add-opens java.base/java.nio=ALL-UNNAMED -Dlog4j.configuration=f -Dspark.a=1'
    expect(parse(text)).toEqual({
      settings: [['spark.a', '1']],
      withoutEffect: ['-Xmx2g', '-XX:+UseG1GC', '-server', '--add-opens', '-Dlog4j.configuration'],
    })
  })

  test.each(['spark.a=1', '-Dspark.a', '--max-old-space-size=4', '-Pspark.a=1'])('are refused by name: %s', (word) => {
    expect(() => parse(`-Dspark.b=1 ${word}`)).toThrow(FiresteelError)
    expect(() => parse(`-Dspark.b=1 ${word}`)).toThrow(`SPARK_MASTER_OPTS holds '${word}'`)
  })
})
