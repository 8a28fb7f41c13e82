import type { SparkConf } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import type { ResourceAmounts } from './protocol/index.js'

/**
 * What the settings `<prefix><name>.amount` ask for.
 *
 * @throws FS_CONF_VALUE
 */
export function resourceAmounts(conf: SparkConf, prefix: string): ResourceAmounts {
  const amounts = conf.getAllWithPrefix(prefix).flatMap(([key, value]): [string, number][] => {
    const name = /^([^.]+)\.amount$/.exec(key)?.[1]
    if (name === undefined) return []
    const amount = Number(value)
    if (Number.isInteger(amount) && amount >= 0) return [[name, amount]]
    throw new FiresteelError('FS_CONF_VALUE', { key: `${prefix}${key}`, value, accepts: 'a whole number' })
  })
  return Object.fromEntries(amounts)
}
