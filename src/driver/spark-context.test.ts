import { expect, test } from 'vitest'
import { SparkConf } from '../common/conf/index.js'
import { SparkContext } from './spark-context.js'

test('new SparkContext(conf), as in Spark, is refused with what to write instead', () => {
  const Plain = SparkContext as unknown as new (conf: SparkConf) => SparkContext
  expect(() => new Plain(new SparkConf(false))).toThrow(expect.objectContaining({ code: 'FS_CONTEXT_CONSTRUCTOR' }))
})
