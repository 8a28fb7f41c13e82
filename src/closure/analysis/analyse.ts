import { type ClassShape, classShape, type Range } from './class-shape.js'
import type { Findings } from './findings.js'
import { findFreeVariables } from './free-variables.js'
import { type FunctionForm, type ParsedFunction, parseFunction, type SyntaxNode } from './parse-function.js'
import { isPlainKey } from './syntax.js'

/** Everything that the text of a function says about it. Positions are those of the text. */
export interface Analysis extends Findings {
  readonly source: string
  readonly form: FunctionForm
  readonly isAsync: boolean
  readonly isGenerator: boolean
  readonly prefix: string
  readonly suffix: string
  /** Whether the text can be read as strict code. */
  readonly strict: boolean
  /** A function or class expression's own name. */
  readonly ownName?: Range & { readonly name: string }
  /** The key of a method or accessor, when it has to be replaced by the function's name. */
  readonly computedKey?: Range
  /** Whether the key is one that every class and object may have; `#key` needs a class around it. */
  readonly isPrivateMethod: boolean
  /** Offset in the text at which V8 locates the function: the parameters' parenthesis, or the start. */
  readonly anchor: number
  readonly shape?: ClassShape
}

const cache = new Map<string, Analysis>()
const cacheLimit = 20_000

/** Analyses a function's text; equal texts are read once. Throws a SyntaxError when it cannot be parsed. */
export function analyse(source: string): Analysis {
  let found = cache.get(source)
  if (!found) {
    found = analyseAnew(source)
    if (cache.size >= cacheLimit) cache.clear()
    cache.set(source, found)
  }
  return found
}

function analyseAnew(source: string): Analysis {
  const parsed = parseFunction(source)
  const { form, node, property, prefix, suffix, strict } = parsed
  const offset = prefix.length
  const findings = findFreeVariables(node, strict)
  for (const variable of findings.free.values()) {
    for (const [i, use] of variable.occurrences.entries()) {
      variable.occurrences[i] = { ...use, start: use.start - offset }
    }
  }
  const key = property?.key as SyntaxNode | undefined
  const id = node.id as SyntaxNode | null | undefined
  const shape = form === 'class' ? classShape(node, offset) : undefined
  return {
    ...findings,
    importCalls: findings.importCalls.map((at) => at - offset),
    importMetas: findings.importMetas.map((at) => ({ start: at.start - offset, end: at.end - offset })),
    source,
    form,
    prefix,
    suffix,
    strict,
    isAsync: node.async === true,
    isGenerator: node.generator === true,
    isPrivateMethod: key?.type === 'PrivateIdentifier',
    ...(id ? { ownName: { name: id.name as string, start: id.start - offset, end: id.end - offset } } : {}),
    ...(property?.computed && key && !isPlainKey(key)
      ? { computedKey: { start: key.start - offset, end: key.end - offset } }
      : {}),
    ...(shape ? { shape } : {}),
    anchor: anchorOf(parsed, source, shape),
  }
}

function anchorOf({ form, node, property, prefix }: ParsedFunction, source: string, shape?: ClassShape): number {
  if (form === 'arrow') return 0
  if (form === 'class') {
    const first = shape?.constructorMethod
    return first ? source.lastIndexOf('(', first.params.start < 0 ? first.bodyStart : first.params.start) : 0
  }
  if (property) return parenthesis(source, (property.value as SyntaxNode).start - prefix.length)
  const id = node.id as SyntaxNode | null
  return parenthesis(source, id ? id.end - prefix.length : source.indexOf('function') + 'function'.length)
}

/** The next opening parenthesis outside of comments. */
function parenthesis(source: string, from: number): number {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|\(/g
  token.lastIndex = from
  for (let match = token.exec(source); match; match = token.exec(source)) {
    if (match[0] === '(') return match.index
  }
  return 0
}
