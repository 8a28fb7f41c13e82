import type { SyntaxNode } from './parse-function.js'

/** Nodes that are functions. */
export const functionTypes = new Set(['FunctionExpression', 'FunctionDeclaration', 'ArrowFunctionExpression'])

/** The nodes of a list field, without holes. */
export const children = (node: SyntaxNode, field: string): SyntaxNode[] =>
  ((node[field] as (SyntaxNode | null)[] | undefined) ?? []).filter((x): x is SyntaxNode => x !== null)

/** The node of a field, if there is one. */
export const child = (node: SyntaxNode, field: string): SyntaxNode | undefined =>
  (node[field] as SyntaxNode | null | undefined) ?? undefined

/** Calls `visit` for each direct child node. */
export function eachChild(node: SyntaxNode, visit: (child: SyntaxNode) => void): void {
  for (const field in node) {
    const value = node[field]
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visit(item)
    } else if (isNode(value)) visit(value)
  }
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

/** The names that a pattern binds. */
export function boundNames(pattern: SyntaxNode | undefined, into: Set<string>): Set<string> {
  switch (pattern?.type) {
    case 'Identifier':
      into.add(pattern.name as string)
      break
    case 'ObjectPattern':
      for (const property of children(pattern, 'properties')) {
        boundNames(child(property, property.type === 'RestElement' ? 'argument' : 'value'), into)
      }
      break
    case 'ArrayPattern':
      for (const element of children(pattern, 'elements')) boundNames(element, into)
      break
    case 'RestElement':
      boundNames(child(pattern, 'argument'), into)
      break
    case 'AssignmentPattern':
      boundNames(child(pattern, 'left'), into)
      break
  }
  return into
}

/** A computed key that can be evaluated again anywhere: a literal, or a member of a global such as `Symbol.iterator`. */
export function isPlainKey(key: SyntaxNode | undefined): boolean {
  if (key?.type === 'Literal') return true
  if (key?.type !== 'MemberExpression' || key.computed) return false
  return child(key, 'object')?.type === 'Identifier' && child(key, 'object')?.name === 'Symbol'
}
