import { expect, it } from 'vitest'
import { SparkConf } from '../../common/conf/index.js'
import { masterOptions } from './master-settings.js'

const urls = { masterUrl: 'spark://m:7077', masterWebUiUrl: '' }
const optionsOf = (settings: Record<string, string>) => masterOptions(new SparkConf(false).setAll(settings), urls)

it.each(['../%s', 'my app %s', '.%s', '%s/%d', 'app:%s'])(
  'ids that could not name a folder are refused: %s',
  (pattern) => {
    for (const key of ['spark.deploy.appIdPattern', 'spark.deploy.driverIdPattern'])
      expect(() => optionsOf({ [key]: pattern })).toThrow(`FS_CONF_VALUE`)
  },
)

it('ids of a pattern of the user are made', () => {
  expect(optionsOf({ 'spark.deploy.appIdPattern': 'a_%d.%s' }).appIdPattern).toBe('a_%d.%s')
})
