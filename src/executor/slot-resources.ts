import type { SparkConf } from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'

/** A custom resource of a task: its name, such as `gpu`, and the addresses that it alone uses meanwhile. */
export interface ResourceInformation {
  readonly name: string
  readonly addresses: readonly string[]
}

export type TaskResources = Readonly<Record<string, ResourceInformation>>

const prefix = 'spark.task.resource.'

/**
 * Shares the custom resources of an executor among its slots: since a slot runs one task at a time, what belongs to a slot belongs to one
 * task. `spark.task.resource.{name}.amount` says how many a task takes; below 1, one address serves several tasks (0.25: four).
 *
 * @returns how many slots can be served, and what each of them has
 * @throws FS_CONF_VALUE
 */
export function shareResources(
  conf: SparkConf,
  resources: Readonly<Record<string, readonly string[]>>,
  slots: number,
): { readonly slots: number; readonly of: (slot: number) => TaskResources } {
  const amounts = conf.getAllWithPrefix(prefix).flatMap(([key, text]): [string, number][] => {
    const name = /^([^.]+)\.amount$/.exec(key)?.[1]
    if (name === undefined) return []
    const amount = Number(text)
    if (text.trim() !== '' && amount > 0 && (Number.isInteger(amount) || amount <= 0.5)) return [[name, amount]]
    const accepts = 'a whole number from 1 on, or a fraction up to 0.5'
    throw new FiresteelError('FS_CONF_VALUE', { key: `${prefix}${key}`, value: text, accepts })
  })
  const served = amounts.map(([name, amount]) => Math.floor((resources[name]?.length ?? 0) / amount))
  return {
    slots: Math.min(slots, ...served),
    of: (slot) => {
      const shares = amounts.map(([name, amount]): [string, ResourceInformation] => {
        const all = resources[name] ?? []
        const tasksEach = Math.floor(1 / amount)
        const addresses =
          amount >= 1
            ? all.slice(slot * amount, (slot + 1) * amount)
            : all.slice(Math.floor(slot / tasksEach), Math.floor(slot / tasksEach) + 1)
        return [name, { name, addresses }]
      })
      return Object.fromEntries(shares)
    },
  }
}
