import { type CallSite, mapStack } from '../closure/index.js'

/**
 * Makes an error that ended a job tell of the user's program: its stack is that of the action's call, and the stacks of its
 * causes (errors of tasks) are mapped to the user's files and lines. Returns the same error.
 */
export function withUserStack(thrown: unknown, site: CallSite): unknown {
  if (!(thrown instanceof Error)) return thrown
  const { long } = site
  if (long !== '') thrown.stack = `${thrown.name}: ${thrown.message}\n${long.replace(/^\s*/gm, '    ')}`
  for (let cause: unknown = thrown.cause; cause instanceof Error; cause = cause.cause) {
    if (cause.stack !== undefined) cause.stack = mapStack(cause.stack)
  }
  return thrown
}
