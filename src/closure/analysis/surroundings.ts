import type { SyntaxNode } from './parse-function.js'
import { boundNames, eachChild } from './syntax.js'

/** How a name is declared in the text around a function. */
export interface Declaration {
  readonly kind: 'lexical' | 'other'
  /** Where the declaration stands. */
  readonly start: number
  /** The block, function or program that it belongs to. */
  readonly scope: SyntaxNode
  /** Whether a loop or another function stands between the declaring scope and the place that was asked about. */
  readonly isRepeated: boolean
}

/** The nodes that contain a place, the outermost first. */
export function nodesAround(program: SyntaxNode, offset: number): SyntaxNode[] {
  const found: SyntaxNode[] = []
  let next: SyntaxNode | undefined = program
  while (next) {
    found.push(next)
    const at: SyntaxNode = next
    next = undefined
    eachChild(at, (child) => {
      if (child.start <= offset && offset < child.end) next = child
    })
  }
  return found
}

/** The function or class whose text starts at an offset, and whether it is a declaration. */
export function isDeclarationAt(program: SyntaxNode, offset: number): boolean {
  return nodesAround(program, offset).some((node) => node.start === offset && node.type === 'FunctionDeclaration')
}

/** Finds the declaration that a name means at a place. */
export function findDeclaration(program: SyntaxNode, offset: number, name: string): Declaration | undefined {
  const around = nodesAround(program, offset)
  let isRepeated = false
  for (let i = around.length - 1; i >= 0; i--) {
    const node = around[i] as SyntaxNode
    if (node.start >= offset && i > 0) continue
    const found = declaredIn(node, name)
    if (found) return { ...found, scope: node, isRepeated }
    if (/Function|^(?:For|While|DoWhile)/.test(node.type)) isRepeated = true
  }
  return undefined
}

function declaredIn(node: SyntaxNode, name: string): Pick<Declaration, 'kind' | 'start'> | undefined {
  for (const statement of lexicalStatements(node)) {
    const inner = statement.type.startsWith('Export') ? (statement.declaration as SyntaxNode | null) : statement
    const found = inner ? declares(inner, name) : undefined
    if (found) return found
  }
  if (!/Function/.test(node.type) && node.type !== 'Program') return undefined
  const parameters = new Set<string>()
  for (const parameter of (node.params as SyntaxNode[] | undefined) ?? []) boundNames(parameter, parameters)
  const isVariable = parameters.has(name) || hasVar((node.body as SyntaxNode) ?? node, name)
  return isVariable ? { kind: 'other', start: node.start } : undefined
}

/** The statements whose declarations belong to a node's own scope. */
function lexicalStatements(node: SyntaxNode): readonly SyntaxNode[] {
  switch (node.type) {
    case 'Program':
    case 'BlockStatement':
    case 'StaticBlock':
      return node.body as SyntaxNode[]
    case 'SwitchStatement':
      return (node.cases as SyntaxNode[]).flatMap((one) => one.consequent as SyntaxNode[])
    case 'ForStatement':
      return node.init ? [node.init as SyntaxNode] : []
    case 'ForInStatement':
    case 'ForOfStatement':
      return [node.left as SyntaxNode]
    default:
      return []
  }
}

function declares(statement: SyntaxNode, name: string): Pick<Declaration, 'kind' | 'start'> | undefined {
  if (statement.type === 'VariableDeclaration') {
    for (const declarator of statement.declarations as SyntaxNode[]) {
      if (!boundNames(declarator.id as SyntaxNode, new Set()).has(name)) continue
      return { kind: statement.kind === 'var' ? 'other' : 'lexical', start: declarator.start }
    }
    return undefined
  }
  const id = statement.id as SyntaxNode | null | undefined
  if (id?.name !== name) return undefined
  if (statement.type === 'ClassDeclaration') return { kind: 'lexical', start: statement.start }
  return statement.type === 'FunctionDeclaration' ? { kind: 'other', start: statement.start } : undefined
}

function hasVar(node: SyntaxNode, name: string): boolean {
  if (node.type === 'VariableDeclaration' && node.kind === 'var' && declares(node, name)) return true
  let found = false
  eachChild(node, (child) => {
    if (!found && !/Function/.test(child.type)) found = hasVar(child, name)
  })
  return found
}
