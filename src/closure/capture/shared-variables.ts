import { findDeclaration } from '../analysis/surroundings.js'
import type { CapturedCode, CapturedFunction } from './functions.js'
import type { Graph } from './graph.js'
import type { ScopeSnapshot } from './inspector.js'
import { programOf } from './scripts.js'
import type { Variable } from './variables.js'

/** One variable as one function sees it. */
interface Use {
  readonly code: CapturedFunction
  readonly variable: Variable
}

/** The variables that several functions of a graph share and one of them assigns: to each its cell. */
export function sharedVariables(graph: Graph, codes: readonly CapturedCode[]): Map<Variable, number> {
  const functions = codes.filter((code): code is CapturedFunction => code.kind === 'function')
  const uses = functions.flatMap((code) => code.variables.map((variable): Use => ({ code, variable })))
  const assigned = new Set(uses.filter(({ variable }) => variable.use.assigned).map(({ variable }) => variable.name))
  const groups: Use[][] = []
  for (const use of uses) {
    if (!assigned.has(use.variable.name)) continue
    const group = groups.find(([first]) => first !== undefined && isSame(first, use))
    if (group) group.push(use)
    else groups.push([use])
  }
  const shared = groups.flatMap((group) => separate(graph, group))
  const cells = new Map<Variable, number>()
  for (const [cell, group] of shared.filter(isShared).entries()) {
    for (const { variable } of group) cells.set(variable, cell)
  }
  return cells
}

const isShared = (group: readonly Use[]): boolean =>
  group.length > 1 && group.some(({ variable }) => variable.use.assigned)

/**
 * Whether two functions see one variable. V8 shows scopes as snapshots and does not say which are the same, so equal contents
 * of the scope and of all scopes around it decide; a module's scope and the script scope exist only once. Where functions of different
 * text from two calls look the same, they are taken for companions, which they are far more often: the guide says so. (A heap snapshot would
 * tell: it takes 1 s for the smallest program, 18 s for a heap of 85 MiB.)
 */
function isSame(a: Use, b: Use): boolean {
  if (a.variable.name !== b.variable.name) return false
  if (a.code.insides.location?.scriptId !== b.code.insides.location?.scriptId) return false
  const outer = a.code.insides.scopes.slice(a.variable.depth)
  const other = b.code.insides.scopes.slice(b.variable.depth)
  if (outer.length !== other.length) return false
  return outer.every((scope, i) => isEqualScope(scope, other[i] as ScopeSnapshot))
}

function isEqualScope(a: ScopeSnapshot, b: ScopeSnapshot): boolean {
  if (a.variables === b.variables) return true
  if (a.description !== b.description) return false
  if (a.description === 'Module' || a.description === 'Script' || a.description === 'Global') return true
  const names = Object.getOwnPropertyNames(a.variables)
  if (names.length !== Object.getOwnPropertyNames(b.variables).length) return false
  return names.every((name) => Object.hasOwn(b.variables, name) && isEqualVariable(a, b, name))
}

function isEqualVariable(a: ScopeSnapshot, b: ScopeSnapshot, name: string): boolean {
  try {
    return Object.is(a.variables[name], b.variables[name])
  } catch {
    // Neither has a value yet.
    return true
  }
}

/**
 * Scopes of equal contents may still be several: `const a = counter(), b = counter()`. Two functions made by one and the same
 * piece of text, with no loop and no function between it and the variable, are from different calls. Then the object that
 * holds a function tells its companions; where that fails too, it is refused rather than guessed.
 */
function separate(graph: Graph, group: readonly Use[]): Use[][] {
  if (!isShared(group) || !group.some((use, i) => group.slice(0, i).some((other) => areApart(use, other)))) {
    return [[...group]]
  }
  if (group.every((use) => isOneText(use, group[0] as Use))) return group.map((use) => [use])
  const byHolder = new Map<number, Use[]>()
  for (const use of group) {
    const holder = graph.parentOf(use.code.id)
    byHolder.set(holder, [...(byHolder.get(holder) ?? []), use])
  }
  for (const [holder, uses] of byHolder) {
    const isTold = !graph.isFunction(holder) && uses.every((use, i) => !uses.slice(0, i).some((o) => isOneText(use, o)))
    if (!isTold) return graph.fail('FS_CLOSURE_AMBIGUOUS', holder, { name: group[0]?.variable.name })
  }
  return [...byHolder.values()]
}

/** Whether two functions were made by the same piece of text. */
function isOneText(a: Use, b: Use): boolean {
  const [one, other] = [a.code.insides.location, b.code.insides.location]
  return one?.scriptId === other?.scriptId && one?.line === other?.line && one?.column === other?.column
}

/** Whether two functions of one text certainly have a variable each. */
function areApart(a: Use, b: Use): boolean {
  const { script, insides, analysis } = a.code
  if (!isOneText(a, b) || !script || !insides.location) return false
  const around = programOf(script, insides.location, analysis)
  const found = around && findDeclaration(around.program, around.offset, a.variable.name)
  return found !== undefined && !found.isRepeated
}
