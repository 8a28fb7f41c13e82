import { createHash } from 'node:crypto'
import { FiresteelError } from '../common/errors/index.js'
import { Graph } from './capture/graph.js'
import { writeCode } from './capture/write-code.js'
import type { CallSite, Closure } from './closure.js'
import { ByteWriter } from './format/byte-writer.js'
import { formatVersion } from './format/tags.js'

/** How a function is captured. */
export interface CaptureOptions {
  /** The operator's call; where it is missing, the caller's place is taken. */
  readonly site: CallSite
  /** For messages: `the function given to map`, the default. */
  readonly role?: string
  /** The most bytes a closure may have; no limit by default. */
  readonly maxBytes?: number
}

/**
 * Captures a function with everything it uses, as it is at this moment. Synchronous.
 * Throws FiresteelError FS_CLOSURE_*, which names operator, line and the path to the culprit.
 */
export function capture(fn: Function, options: CaptureOptions): Closure {
  const { site, maxBytes = Number.POSITIVE_INFINITY } = options
  const role = options.role ?? `the function given to ${site.operation}`
  if (typeof fn !== 'function') {
    const at = site.short.slice(site.operation.length + 4)
    throw new FiresteelError('FS_CLOSURE_NOT_A_FUNCTION', { operation: site.operation, at, value: describe(fn) })
  }
  const known = constants.get(fn)
  if (known && known.bytes.length <= maxBytes && hasNothingOfItsOwn(fn)) return { ...known, site }
  const graph = new Graph({ site, role })
  graph.run(fn)
  const bytes = assemble(graph)
  if (bytes.length > maxBytes) refuseSize(graph, bytes.length, maxBytes)
  const closure: Closure = {
    hash: createHash('sha256').update(bytes).digest('hex').slice(0, 40),
    bytes,
    name: typeof fn.name === 'string' ? fn.name : '',
    ...syntax(graph, fn),
    site,
    handles: graph.handles,
    modules: graph.modules,
    imports: graph.imports,
  }
  if (graph.isConstant) constants.set(fn, closure)
  return closure
}

/** Functions that use no variable at all: whatever happens in the program, they stay what they are. */
const constants = new WeakMap<Function, Closure>()

/** Whether a function is still without properties. */
function hasNothingOfItsOwn(fn: Function): boolean {
  return Reflect.ownKeys(fn).length === 2
}

/** Header, contents of buffers, stream, code: see format/tags.ts. */
function assemble(graph: Graph): Uint8Array {
  const code = new ByteWriter()
  writeCode(graph, code)
  const buffers = graph.buffers.contents()
  const header = new ByteWriter()
  header.byte(formatVersion)
  const imports = graph.imports.length === 0 ? undefined : graph.imports
  header.string(JSON.stringify({ modules: graph.modules, handles: graph.handles, imports }))
  header.count(buffers.length)
  for (const { start, bytes } of buffers) {
    header.count(start)
    header.count(bytes.length)
  }
  header.count(graph.out.length)
  const parts = [header.view(), ...buffers.map((one) => one.bytes), graph.out.view(), code.view()]
  return joined(parts)
}

/** In memory of its own: a view into a pool would drag the pool along when it is posted to a thread. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function refuseSize(graph: Graph, bytes: number, limit: number): never {
  const largest = graph.sizes()[0]
  graph.fail('FS_CLOSURE_TOO_LARGE', 0, { bytes, limit, largest: largest?.name, largestBytes: largest?.bytes })
}

/** Whether the function, or the one that is bound in it, is async or a generator by its syntax. */
function syntax(graph: Graph, fn: Function): { isAsync: boolean; isGenerator: boolean } {
  let code = graph.functions.codeOf(fn)
  while (code?.kind === 'bound') code = graph.functions.codeOf(code.target)
  if (code?.kind !== 'function') return { isAsync: false, isGenerator: false }
  return { isAsync: code.analysis.isAsync, isGenerator: code.analysis.isGenerator }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? 'an object' : `${JSON.stringify(value) ?? String(value)} (${typeof value})`
}
