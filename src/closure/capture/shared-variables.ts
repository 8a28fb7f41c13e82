import type { CapturedCode, CapturedFunction } from './functions.js'
import type { ScopeSnapshot } from './inspector.js'
import type { Variable } from './variables.js'

/** The variables that several functions of a graph share and one of them assigns: to each its cell. */
export function sharedVariables(codes: readonly CapturedCode[]): Map<Variable, number> {
  const functions = codes.filter((code): code is CapturedFunction => code.kind === 'function')
  const uses = functions.flatMap((code) => code.variables.map((variable) => ({ code, variable })))
  const assigned = new Set(uses.filter(({ variable }) => variable.use.assigned).map(({ variable }) => variable.name))
  const groups: { scope: ScopeSnapshot; name: string; code: CapturedFunction; variables: Variable[] }[] = []
  for (const { code, variable } of uses) {
    if (!assigned.has(variable.name)) continue
    const group = groups.find((one) => one.name === variable.name && isSame(one, { code, scope: variable.scope }))
    if (group) group.variables.push(variable)
    else groups.push({ scope: variable.scope, name: variable.name, code, variables: [variable] })
  }
  const cells = new Map<Variable, number>()
  let count = 0
  for (const { variables } of groups) {
    if (variables.length < 2 || !variables.some((variable) => variable.use.assigned)) continue
    for (const variable of variables) cells.set(variable, count)
    count++
  }
  return cells
}

interface Sight {
  readonly code: CapturedFunction
  readonly scope: ScopeSnapshot
}

/**
 * Whether two snapshots are of one scope. V8 does not say, so equal contents decide; a module's scope and the script scope
 * exist only once.
 */
function isSame(a: Sight, b: Sight): boolean {
  if (a.scope.variables === b.scope.variables) return true
  if (a.scope.description !== b.scope.description) return false
  if (a.code.insides.location?.scriptId !== b.code.insides.location?.scriptId) return false
  if (a.scope.description === 'Module' || a.scope.description === 'Script') return true
  const names = Object.getOwnPropertyNames(a.scope.variables)
  if (names.length !== Object.getOwnPropertyNames(b.scope.variables).length) return false
  return names.every((name) => Object.hasOwn(b.scope.variables, name) && isEqual(a.scope, b.scope, name))
}

function isEqual(a: ScopeSnapshot, b: ScopeSnapshot, name: string): boolean {
  try {
    return Object.is(a.variables[name], b.variables[name])
  } catch {
    return true
  }
}
