import type { UserFunction } from './task-services.js'

/** What one of Firesteel's own functions knows where it is made: once for each task. */
export interface BuiltinContext {
  readonly partition: number
  readonly stageId: number
  readonly attemptNumber: number
  readonly taskId: number
  /** Whether user functions may return promises now; if not, one that does makes the task start over: throw NeedsAsync. */
  readonly isAsync: boolean
  /** Adds to the task's output metrics. */
  wrote(bytes: number, records: number): void
  /** Asks the driver whether this attempt may commit the output of its partition. */
  canCommit(): boolean
}

type BuiltinMaker = (args: never, functions: readonly UserFunction[], context: BuiltinContext) => UserFunction

const makers = new Map<string, BuiltinMaker>()

/** Adds functions that plans may name. */
export function registerBuiltins(table: Readonly<Record<string, BuiltinMaker>>): void {
  for (const [name, maker] of Object.entries(table)) makers.set(name, maker)
}

/** Makes one of Firesteel's own functions for a task. */
export function makeBuiltin(
  name: string,
  args: unknown,
  functions: readonly UserFunction[],
  context: BuiltinContext,
): UserFunction {
  const maker = makers.get(name)
  if (maker === undefined) throw new Error(`there is no built-in function '${name}'`)
  return maker(args as never, functions, context)
}
