import { inspect } from 'node:util'
import { mapStack } from '../../closure/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { describeError } from '../../common/log/index.js'
import type { PreparedApplication } from './prepare-application.js'

export interface RunOptions {
  readonly args: readonly string[]
  /** Exported function or class to run once the module is loaded. */
  readonly className?: string
}

/**
 * Runs an application in this process as `node <entry> <args>` would; its exit code is the process's own.
 *
 * @throws FS_SUBMIT_CLASS when the module has no such export; whatever the application throws
 */
export async function runApplication({ entry, url }: PreparedApplication, options: RunOptions): Promise<void> {
  const { args, className } = options
  process.argv = [process.argv[0]!, entry, ...args]
  // Stacks name the user's own files and lines, not those of the bundle.
  process.setSourceMapsEnabled(true)
  // Ten frames may all be Firesteel's; those of the program come behind them.
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, 40)
  const module = (await import(url)) as Record<string, unknown>
  if (className !== undefined) await callExport(module, className, { entry, args })
}

type Main = (args: readonly string[]) => unknown

/** A function is called with the arguments; of a class, the static `main`, else that of a new instance. */
async function callExport(
  module: Record<string, unknown>,
  name: string,
  { entry, args }: { readonly entry: string; readonly args: readonly string[] },
): Promise<void> {
  const { default: main } = module
  // A module of CommonJS that was bundled has all that it exports in its default export.
  const exported = module[name] ?? (typeof main === 'object' && main !== null ? Reflect.get(main, name) : undefined)
  const fail = () =>
    new FiresteelError('FS_SUBMIT_CLASS', { path: entry, name, exports: Object.keys(module).join(', ') || 'nothing' })
  if (typeof exported !== 'function') throw fail()
  const holder = exported as { main?: Main; prototype?: { main?: Main } }
  if (typeof holder.main === 'function') await holder.main(args)
  else if (typeof holder.prototype?.main === 'function') await new (exported as new () => { main: Main })().main(args)
  else if (/^class\b/.test(Function.prototype.toString.call(exported))) throw fail()
  else await (exported as Main)(args)
}

/** Frames that only say that submit loaded the application. */
const loaderFrames =
  /^\s+at (?:async )?(?:.*\(node:internal\/modules\/|(?:runApplication|callExport|run|runDriver|submitCommand|main) ).*\n?|^\s+at async file:.*\/(?:cli|driver-process)\.js:.*\n?/gm

/** What is printed for an error that an application did not catch: its stack in the user's files, hint, and causes. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return `Uncaught ${inspect(error)}`
  mapStacks(error)
  return describeError(error).replace(loaderFrames, '').trimEnd()
}

/** Firesteel's own errors tell of the program's lines, not of Firesteel's. */
function mapStacks(error: Error): void {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof FiresteelError && at.stack !== undefined) at.stack = mapStack(at.stack)
  }
}
