import { types } from 'node:util'
import type { Analysis } from '../analysis/analyse.js'
import type { FreeVariable } from '../analysis/findings.js'
import { findDeclaration, isDeclarationAt } from '../analysis/surroundings.js'
import { isKnownGlobal } from '../references/intrinsics.js'
import { importReference } from '../references/package-modules.js'
import { rawFrames } from '../stack/call-site.js'
import type { Graph } from './graph.js'
import type { Insides, ScopeSnapshot } from './inspector.js'
import { isNamespaceLike } from './namespaces.js'
import { isNativeText } from './prototypes.js'
import { referenceOf } from './references.js'
import { asUrl, importOf, lineStart, programOf, type Script } from './scripts.js'
import { isViteImport, viteWords } from './vite.js'

/** A variable around a function, with the value that it has now. */
export interface Variable {
  readonly name: string
  readonly value: unknown
  /** Where it was found. */
  readonly scope: ScopeSnapshot
  readonly depth: number
  readonly use: FreeVariable
}

/** A function as far as its variables are concerned. */
interface Host {
  readonly id: number
  readonly fn: Function
  readonly analysis: Analysis
  readonly insides: Insides
  readonly script: Script | undefined
}

/** Finds the variables that a function takes from around itself; what every process has is left out. */
export function findVariables(graph: Graph, host: Host): Variable[] {
  const found: Variable[] = []
  for (const use of host.analysis.free.values()) {
    const variable = lookUp(graph, host, use)
    if (variable) found.push(variable)
  }
  return found
}

function lookUp(graph: Graph, host: Host, use: FreeVariable): Variable | undefined {
  const { name } = use
  if (Object.hasOwn(viteWords, name)) return undefined
  for (const [depth, scope] of host.insides.scopes.entries()) {
    const isGlobal = scope.description === 'Global' || scope.variables === globalThis
    if (isGlobal && (isKnownGlobal(name) || !isOwnGlobal(scope.variables, name))) return undefined
    if (!Object.hasOwn(scope.variables, name)) continue
    const value = read(graph, host, scope.variables, name)
    if (name === host.analysis.ownName?.name && meansItself(host, value)) return undefined
    if (name === 'module' && isCommonJsModule(value)) {
      graph.refuse(host.id, 'the module object of a CommonJS file cannot travel', [name])
    }
    if (value === undefined) refuseUninitialised(graph, host, name)
    return { name, value: narrow(graph, host, use, scope, value), scope, depth, use }
  }
  return undefined
}

/**
 * A function's own name in its text means itself, unless the function was declared and the variable assigned anew, as in
 * `function f() { f() }; f = memo(f)`. The text of an expression and of a declaration are the same; what is around tells.
 */
function meansItself({ fn, script, insides, analysis }: Host, value: unknown): boolean {
  if (value === fn || !script || !insides.location) return true
  const around = programOf(script, insides.location, analysis)
  return !around || !isDeclarationAt(around.program, around.offset)
}

const isCommonJsModule = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'exports' in value && 'children' in value && 'paths' in value

/** Whether the program itself, and not the host, defined a global. */
function isOwnGlobal(global: object, name: string): boolean {
  const property = Object.getOwnPropertyDescriptor(global, name)
  if (!property || !('value' in property)) return false
  const value: unknown = property.value
  return typeof value !== 'function' || !isNativeText(Function.prototype.toString.call(value))
}

function read(graph: Graph, host: Host, variables: Record<string, unknown>, name: string): unknown {
  try {
    return variables[name]
  } catch {
    // V8 throws for a variable whose declaration has not run yet.
    return graph.fail('FS_CLOSURE_UNINITIALISED', host.id, {}, [name])
  }
}

/**
 * Where V8 shows a variable that is declared further down as undefined (Node 20), the text tells: a frame of the calling
 * program stands in the variable's own block, before its declaration.
 */
function refuseUninitialised(graph: Graph, { id, script, insides, analysis }: Host, name: string): void {
  const frames = rawFrames(graph.occasion.site)
  if (!showsUninitialised || !script || !insides.location || !frames.some(({ file }) => asUrl(file) === script.url))
    return
  const around = programOf(script, insides.location, analysis)
  const found = around && findDeclaration(around.program, around.offset, name)
  if (!around || found?.kind !== 'lexical') return
  for (const frame of frames) {
    if (asUrl(frame.file) !== script.url) continue
    const at = lineStart(around.text, frame.line - 1) + frame.column - 1
    if (at >= found.scope.start && at < found.start) graph.fail('FS_CLOSURE_UNINITIALISED', id, {}, [name])
  }
}

/** V8 12 throws when such a variable is looked at. */
const showsUninitialised = Number.parseInt(process.versions.v8, 10) < 12

/** Looks at a value that may have come from a module: installed ones travel by name, of the user's only what is used. */
function narrow(graph: Graph, host: Host, use: FreeVariable, scope: ScopeSnapshot, value: unknown): unknown {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value
  if (scope.description === 'Module') noteImport(graph, host, use.name, value)
  const isNamespace = typeof value === 'object' && (isViteImport(use.name) || isNamespaceLike(value))
  if (!isNamespace || !use.members || use.assigned) return value
  return !types.isProxy(value) && referenceOf(graph, value) ? value : graph.narrow(value, [...use.members].sort())
}

/** A value that an import declaration binds to an installed module's export is known by that name from here on. */
function noteImport(graph: Graph, { script, insides, analysis }: Host, local: string, value: object): void {
  if (!script || !insides.location || graph.imported.has(value) || graph.idOf(value) !== undefined) return
  const binding = importOf(script, insides.location, analysis, local)
  const module = binding && importReference(binding.specifier, script.url)
  if (binding && module) graph.imported.set(value, { module, path: [binding.name] })
}
