import { createRequire } from 'node:module'

/** A node of the syntax tree, as far as the walks here look at it. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** What kind of text `Function.prototype.toString` gave. */
export type FunctionForm = 'arrow' | 'function' | 'class' | 'method' | 'getter' | 'setter'

/** The parsed text of one function or class. Positions in the tree are those of the text plus `prefix.length`. */
export interface ParsedFunction {
  readonly form: FunctionForm
  /** The function's or class's node; for methods the node of the function itself. */
  readonly node: SyntaxNode
  /** The node of the property, for methods and accessors. */
  readonly property?: SyntaxNode
  /** Text before and after that makes an expression of the source. */
  readonly prefix: string
  readonly suffix: string
  /** Whether it can be read as strict code. */
  readonly strict: boolean
}

type Acorn = typeof import('acorn')
let acorn: Acorn | undefined

/** Loaded on first use: a process that captures nothing does not pay for the parser. */
function parser(): Acorn {
  acorn ??= createRequire(import.meta.url)('acorn') as Acorn
  return acorn
}

/** Parses a whole module, or a script if it is none. */
export function parseProgram(source: string): SyntaxNode {
  const options = { ecmaVersion: 'latest', allowHashBang: true, allowReturnOutsideFunction: true } as const
  try {
    return parser().parse(source, { ...options, sourceType: 'module' }) as unknown as SyntaxNode
  } catch {
    return parser().parse(source, { ...options, sourceType: 'script' }) as unknown as SyntaxNode
  }
}

const wrappings = [
  { prefix: '(', suffix: ')' },
  { prefix: '({', suffix: '})' },
  { prefix: '(class{', suffix: '})' },
] as const

/** Parses what `toString` gives for a function, class, method or accessor. Throws a SyntaxError when it is none. */
export function parseFunction(source: string): ParsedFunction {
  let first: unknown
  for (const wrapping of wrappings) {
    for (const strict of [true, false]) {
      try {
        const found = parseWrapped(source, wrapping, strict)
        if (found) return found
      } catch (error) {
        first ??= error
      }
    }
  }
  throw first ?? new SyntaxError(`no function: ${source.slice(0, 60)}`)
}

function parseWrapped(
  source: string,
  wrapping: (typeof wrappings)[number],
  strict: boolean,
): ParsedFunction | undefined {
  const program = parser().parse(wrapping.prefix + source + wrapping.suffix, {
    ecmaVersion: 'latest',
    sourceType: strict ? 'module' : 'script',
    allowSuperOutsideMethod: true,
    allowImportExportEverywhere: true,
    checkPrivateFields: false,
  }) as unknown as SyntaxNode
  const statements = program.body as SyntaxNode[]
  const expression = statements[0]?.expression as SyntaxNode | undefined
  if (statements.length !== 1 || !expression) return undefined
  return describe(expression, wrapping, strict)
}

function describe(
  node: SyntaxNode,
  { prefix, suffix }: (typeof wrappings)[number],
  strict: boolean,
): ParsedFunction | undefined {
  const common = { prefix, suffix, strict }
  switch (node.type) {
    case 'ArrowFunctionExpression':
      return { ...common, form: 'arrow', node }
    case 'FunctionExpression':
      return { ...common, form: 'function', node }
    case 'ClassExpression':
      return prefix === '(' ? { ...common, form: 'class', node } : inClass(node, common)
    case 'ObjectExpression': {
      const property = (node.properties as SyntaxNode[])[0]
      return property ? { ...common, ...member(property) } : undefined
    }
    default:
      return undefined
  }
}

/** A private method is only readable within a class. */
function inClass(node: SyntaxNode, common: { prefix: string; suffix: string; strict: boolean }) {
  const members = (node.body as SyntaxNode).body as SyntaxNode[]
  const only = members[0]
  return members.length === 1 && only?.type === 'MethodDefinition' ? { ...common, ...member(only) } : undefined
}

function member(property: SyntaxNode): { form: FunctionForm; node: SyntaxNode; property: SyntaxNode } {
  const form = property.kind === 'get' ? 'getter' : property.kind === 'set' ? 'setter' : 'method'
  return { form, node: property.value as SyntaxNode, property }
}
