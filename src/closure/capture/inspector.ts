import type { Session } from 'node:inspector'
import { createRequire } from 'node:module'
import { FiresteelError } from '../../common/errors/index.js'

/*
 * Reads what JavaScript cannot see: the variables around a function, the parts of a bound function, private fields.
 * V8's inspector gives them, in the same thread and synchronously. Values are handed over by identity through a slot that
 * both sides can reach; only the scope objects themselves are snapshots.
 * The debugger domain stays off (it makes the whole process slow); only `scriptSources` turns it on, for a moment.
 */

/** One scope around a function, from the inside out. */
export interface ScopeSnapshot {
  /** As in `Closure (makeCounter)`, `Block`, `Module`, `Script`, `Global`. */
  readonly description: string
  /** The variables, with their real values; for the global scope the global object itself. */
  readonly variables: Record<string, unknown>
}

/** Where a function's text starts, as V8 counts: from 0. */
export interface Location {
  readonly scriptId: string
  readonly line: number
  readonly column: number
}

/** The parts of a bound function. */
export interface BoundParts {
  readonly target: Function
  readonly self: unknown
  readonly args: readonly unknown[]
}

/** What the inspector knows of a function. */
export interface Insides {
  readonly scopes: readonly ScopeSnapshot[]
  readonly location?: Location
  readonly bound?: BoundParts
}

/** A private field of an object; accessors and methods are not listed. */
export interface PrivateField {
  readonly name: string
  readonly value: unknown
}

interface RemoteObject {
  readonly type: string
  readonly value?: unknown
  readonly objectId?: string
  readonly unserializableValue?: string
}
interface RemoteProperty {
  readonly name: string
  readonly value?: RemoteObject
}
interface Properties {
  readonly result: RemoteProperty[]
  readonly internalProperties?: RemoteProperty[]
  readonly privateProperties?: RemoteProperty[]
}

const slotKey = '__firesteel_capture__'
const group = 'firesteel-capture'

/** What goes in, and what comes out. */
const slot: [unknown, unknown] = [undefined, undefined]

let session: Session | undefined

function post<Result>(method: string, params?: object): Result {
  let failure: Error | null = null
  let answer: unknown
  let isDone = false
  // The session's overloads are one for each method; this is the one bridge to them.
  ;(connected().post as (m: string, p: object | undefined, done: (e: Error | null, r?: object) => void) => void).call(
    connected(),
    method,
    params,
    (error, result) => {
      failure = error
      answer = result
      isDone = true
    },
  )
  if (failure) throw new Error(`${method}: ${JSON.stringify(failure)}`)
  if (!isDone) throw new FiresteelError('FS_CLOSURE_NO_INSPECTOR', { reason: 'it does not answer at once' })
  return answer as Result
}

function connected(): Session {
  if (session) return session
  try {
    const inspector = createRequire(import.meta.url)('node:inspector') as typeof import('node:inspector')
    const opened = new inspector.Session()
    opened.connect()
    session = opened
  } catch (error) {
    const code = (error as { code?: string }).code
    const reason = code === 'ERR_ACCESS_DENIED' ? 'permission' : String((error as Error).message)
    throw new FiresteelError('FS_CLOSURE_NO_INSPECTOR', { reason }, { cause: error })
  }
  Object.defineProperty(globalThis, slotKey, { value: slot, enumerable: false, configurable: true })
  return session
}

/** The own properties of a value; every id that comes with them belongs to the group and is released with it. */
function properties(value: unknown): Properties {
  slot[0] = value
  const expression = `globalThis.${slotKey}[0]`
  const found = post<{ result: RemoteObject }>('Runtime.evaluate', { expression, objectGroup: group, silent: true })
  return post<Properties>('Runtime.getProperties', { objectId: found.result.objectId, ownProperties: true })
}

/** Turns a remote object back into the value itself. */
function fetchValue(remote: RemoteObject | undefined): unknown {
  if (remote?.objectId === undefined) return fetchPrimitive(remote)
  const functionDeclaration = `function(){globalThis.${slotKey}[1]=this}`
  post('Runtime.callFunctionOn', { objectId: remote.objectId, functionDeclaration, silent: true })
  return slot[1]
}

function fetchPrimitive(remote: RemoteObject | undefined): unknown {
  const text = remote?.unserializableValue
  if (text === undefined) return remote?.value ?? (remote?.type === 'object' ? null : undefined)
  return text.endsWith('n') ? BigInt(text.slice(0, -1)) : Number(text)
}

const readScopes = `function(){
  const found=[];
  for(let i=0;i<this.length;i++)found.push({description:this[i].description,variables:this[i].object});
  globalThis.${slotKey}[1]=found;
}`

function cleanUp(): void {
  slot[0] = undefined
  slot[1] = undefined
  post('Runtime.releaseObjectGroup', { objectGroup: group })
}

/** Looks into a function. */
export function lookInto(fn: Function): Insides {
  try {
    return readInsides(properties(fn).internalProperties ?? [])
  } finally {
    cleanUp()
  }
}

function readInsides(internal: RemoteProperty[]): Insides {
  const named = (name: string): RemoteObject | undefined => internal.find((one) => one.name === name)?.value
  const target = named('[[TargetFunction]]')
  if (target) {
    const bound: BoundParts = {
      target: fetchValue(target) as Function,
      self: fetchValue(named('[[BoundThis]]')),
      args: Array.from(fetchValue(named('[[BoundArgs]]')) as ArrayLike<unknown>),
    }
    return { scopes: [], bound }
  }
  const at = named('[[FunctionLocation]]')?.value as
    | { scriptId: string; lineNumber: number; columnNumber: number }
    | undefined
  const location = at ? { scriptId: at.scriptId, line: at.lineNumber, column: at.columnNumber } : undefined
  const scopes = named('[[Scopes]]')
  if (scopes === undefined) return { scopes: [], location }
  post('Runtime.callFunctionOn', { objectId: scopes.objectId, functionDeclaration: readScopes, silent: true })
  return { scopes: slot[1] as ScopeSnapshot[], location }
}

/** The private fields of an object, those of the base class first. */
export function privateFields(value: object): PrivateField[] {
  try {
    const found = properties(value).privateProperties ?? []
    const fields = found.filter((one) => one.value !== undefined)
    return fields.map(({ name, value: remote }) => ({ name, value: fetchValue(remote) }))
  } finally {
    cleanUp()
  }
}

/** The URLs of the scripts that have run, by script id. */
export function scriptUrls(): Map<string, string> {
  post('Profiler.enable')
  try {
    const { result } = post<{ result: { scriptId: string; url: string }[] }>('Profiler.getBestEffortCoverage')
    return new Map(result.map((one) => [one.scriptId, one.url]))
  } finally {
    post('Profiler.disable')
  }
}

/** The text of a script, and its URL and source map URL; the debugger is on only while this runs. */
export function scriptSource(scriptId: string): { source: string; url: string; sourceMapURL: string } | undefined {
  let url = ''
  let sourceMapURL = ''
  const listener = (message: { params: { scriptId: string; url: string; sourceMapURL?: string } }): void => {
    if (message.params.scriptId !== scriptId) return
    url = message.params.url
    sourceMapURL = message.params.sourceMapURL ?? ''
  }
  const opened = connected()
  opened.on('Debugger.scriptParsed', listener)
  try {
    post('Debugger.enable')
    const { scriptSource: source } = post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId })
    return { source, url, sourceMapURL }
  } catch {
    return undefined
  } finally {
    opened.off('Debugger.scriptParsed', listener)
    post('Debugger.disable')
  }
}

/** What a running script names as its source map, the newest of those whose URL is meant; '' when it names none. */
export function sourceMapUrlOf(isMeant: (url: string) => boolean): string {
  let found = ''
  const listener = ({ params }: { params: { url: string; sourceMapURL?: string } }): void => {
    if (params.url !== '' && isMeant(params.url)) found = params.sourceMapURL ?? ''
  }
  const opened = connected()
  opened.on('Debugger.scriptParsed', listener)
  try {
    post('Debugger.enable')
    return found
  } finally {
    opened.off('Debugger.scriptParsed', listener)
    post('Debugger.disable')
  }
}
