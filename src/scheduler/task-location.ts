import type { ExecutorId } from '../common/index.js'

/** A parsed task location. */
export interface TaskLocation {
  readonly host: string
  readonly executorId?: ExecutorId
  /** The slot thread that holds the data, where a thread does. */
  readonly slot?: number
}

const executorPrefix = 'executor_'

/**
 * The location of data held by an executor, `executor_<host>_<id>` as in Spark, with `#<slot>` behind it where one of its
 * slot threads holds the data. A location by host alone is the plain host name. An executor's id has no underscore.
 */
export function executorLocation(host: string, executorId: ExecutorId, slot?: number): string {
  const location = `${executorPrefix}${host}_${executorId}`
  return slot === undefined ? location : `${location}#${slot}`
}

/** The parts of a location. Text that has not the form of an executor's location is a host name. */
export function parseTaskLocation(location: string): TaskLocation {
  if (!location.startsWith(executorPrefix)) return { host: location }
  const separator = location.lastIndexOf('_')
  if (separator < executorPrefix.length) return { host: location }
  const host = location.slice(executorPrefix.length, separator)
  const id = location.slice(separator + 1)
  const hash = id.lastIndexOf('#')
  if (hash < 0) return { host, executorId: id as ExecutorId }
  return { host, executorId: id.slice(0, hash) as ExecutorId, slot: Number(id.slice(hash + 1)) }
}
