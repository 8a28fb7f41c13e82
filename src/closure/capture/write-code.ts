import { lineBreaksBefore } from '../analysis/lines.js'
import type { ByteWriter } from '../format/byte-writer.js'
import { Binding, CodeKind } from '../format/tags.js'
import { importReference } from '../references/package-modules.js'
import { functionCode, type VariableSetup } from './function-code.js'
import type { CapturedCode, CapturedFunction } from './functions.js'
import type { Graph } from './graph.js'
import { inOrder, type Ordered } from './order.js'
import { isStrictScript } from './scripts.js'
import { sharedVariables } from './shared-variables.js'
import type { Variable } from './variables.js'

interface Node extends Ordered {
  readonly code: CapturedCode
  readonly hard: Node[]
  readonly soft: Node[]
}

/** Writes the code of a graph: for each function, in the order in which they can be made, its script and its set-up. */
export function writeCode(graph: Graph, out: ByteWriter): void {
  const codes = graph.functions.all
  const cells = sharedVariables(graph, codes)
  const places = new Map(inOrder(nodesOf(graph, codes)).map(({ code }, place) => [code, place]))
  out.count(new Set(cells.values()).size)
  out.count(places.size)
  for (const code of places.keys()) {
    out.count(code.id)
    out.byte(code.kind === 'bound' ? CodeKind.bound : code.self ? CodeKind.withThis : CodeKind.plain)
    if (code.kind === 'function') writeFunction(graph, out, code, { cells, places })
  }
}

function nodesOf(graph: Graph, codes: readonly CapturedCode[]): Node[] {
  const nodes = new Map(codes.map((code): [CapturedCode, Node] => [code, { code, hard: [], soft: [] }]))
  const add = (list: Node[], value: unknown): void => {
    const code = graph.functions.codeOf(value)
    const node = code && nodes.get(code)
    if (node) list.push(node)
  }
  for (const { code, hard, soft } of nodes.values()) {
    if (code.kind === 'bound') for (const value of [code.target, code.self, ...code.args]) add(hard, value)
    else {
      add(hard, code.superClass)
      for (const { value } of code.variables) add(soft, value)
    }
  }
  return [...nodes.values()]
}

interface Plan {
  readonly cells: ReadonlyMap<Variable, number>
  readonly places: ReadonlyMap<CapturedCode, number>
}

function writeFunction(graph: Graph, out: ByteWriter, code: CapturedFunction, plan: Plan): void {
  const { analysis, script, fn } = code
  const setups = code.variables.map((variable, index) => setUp(graph, code, variable, index, plan))
  const afterVariables = setups.length + (code.superClass ? 1 : 0)
  const isStamped = graph.functions.isStamped(fn)
  const { text, headLength } = functionCode({
    analysis,
    strict: analysis.strict && (analysis.form === 'class' || isStrict(code)),
    variables: setups,
    ...(code.superClass ? { superIndex: setups.length } : {}),
    keyIndexes: Array.from({ length: code.keyCount }, (_, i) => afterVariables + i),
    isStamped,
  })
  noteImports(graph, analysis.importedNames, script?.url ?? '')
  const start = startOf(code)
  out.string(text)
  out.string(script?.url ?? '')
  out.integer(start.line)
  out.integer(start.column - headLength)
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value
  out.string(typeof name === 'string' ? name : '')
  out.integer(fn.length)
  for (const [i, { mode }] of setups.entries()) {
    out.byte(mode === 'late' ? Binding.late : mode === 'cell' ? Binding.cell : Binding.ready)
    if (mode === 'cell') out.count(plan.cells.get(code.variables[i] as Variable) as number)
  }
  for (let i = setups.length; i < afterVariables + code.keyCount; i++) out.byte(Binding.ready)
}

/** What functions import when they run travels by name and version, as what they refer to does. */
function noteImports(graph: Graph, names: ReadonlySet<string>, from: string): void {
  for (const specifier of names) {
    const isKnown = graph.imports.some((known) => known.specifier === specifier && known.from === from)
    const module = isKnown ? undefined : importReference(specifier, from)
    if (module !== undefined) graph.imports.push({ specifier, from, module })
  }
}

function setUp(graph: Graph, code: CapturedFunction, variable: Variable, index: number, plan: Plan): VariableSetup {
  const { name, value, use } = variable
  if (plan.cells.has(variable)) return { name, index, mode: 'cell' }
  const needed = graph.functions.codeOf(value)
  const isLater = needed !== undefined && (plan.places.get(needed) as number) >= (plan.places.get(code) as number)
  return { name, index, mode: isLater ? 'late' : use.assigned ? 'let' : 'const' }
}

/** Sloppy functions have an own `caller`; for arrows and methods the script decides. */
function isStrict({ fn, analysis, insides, script }: CapturedFunction): boolean {
  if (insides.scopes.some((scope) => scope.description === 'Module')) return true
  if (analysis.form === 'function' && !analysis.isAsync && !analysis.isGenerator) return !Object.hasOwn(fn, 'caller')
  return script === undefined || isStrictScript(script)
}

/** Where the text starts; V8 only says where its anchor is. Lines and columns count from 0. */
function startOf({ analysis, insides }: CapturedFunction): { line: number; column: number } {
  const { line, column } = insides.location ?? { line: 0, column: 0 }
  const breaks = lineBreaksBefore(analysis.source, analysis.anchor)
  return { line: line - breaks, column: breaks === 0 ? column - analysis.anchor : 0 }
}
