import type { SyntaxNode } from './parse-function.js'
import { isPlainKey } from './syntax.js'

/** A stretch of the source text. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** A private name that a class declares. */
export interface PrivateName {
  readonly name: string
  readonly isStatic: boolean
  readonly kind: 'field' | 'method' | 'accessor'
  /** The initialiser of a field. */
  readonly value?: Range
  /** Where the name ends, so that an initialiser could follow. */
  readonly nameEnd: number
}

/** A computed key, and the member that it names. */
export interface ComputedKey extends Range {
  readonly isStatic: boolean
  readonly isField: boolean
  readonly member: Range
}

/** What the rebuilding of a class needs to know of its text. Positions are those of the text. */
export interface ClassShape {
  readonly superClass?: Range
  /** Just before the opening brace. */
  readonly bodyStart: number
  /** Just before the closing brace. */
  readonly bodyEnd: number
  readonly privates: readonly PrivateName[]
  /** Names of methods and accessors that the text itself defines. */
  readonly staticMethods: ReadonlySet<string>
  readonly methods: ReadonlySet<string>
  /** Static blocks and initialisers of static fields: they ran once and must not run again. */
  readonly staticCode: readonly Range[]
  /** Computed keys whose values only the living class knows, in order. */
  readonly computedKeys: readonly ComputedKey[]
  /** Initialisers of instance fields, public and private. */
  readonly fieldValues: readonly Range[]
  readonly constructorMethod?: { readonly params: Range; readonly bodyStart: number; readonly isSimple: boolean }
}

/** Reads the shape off a class's tree; `offset` is the length of the text's prefix in the tree. */
export function classShape(node: SyntaxNode, offset: number): ClassShape {
  const range = (at: SyntaxNode): Range => ({ start: at.start - offset, end: at.end - offset })
  const body = node.body as SyntaxNode
  const privates: PrivateName[] = []
  const staticMethods = new Set<string>()
  const methods = new Set<string>()
  const staticCode: Range[] = []
  const computedKeys: ComputedKey[] = []
  const fieldValues: Range[] = []
  let constructorMethod: ClassShape['constructorMethod']
  for (const member of body.body as SyntaxNode[]) {
    const isStatic = member.static === true
    const isField = member.type === 'PropertyDefinition'
    const key = member.key as SyntaxNode | undefined
    const value = member.value as SyntaxNode | null | undefined
    if (member.type === 'StaticBlock') {
      staticCode.push(range(member))
      continue
    }
    if (!key) continue
    if (member.kind === 'constructor' && value) {
      constructorMethod = constructorShape(value, range)
      continue
    }
    if (isField && value && !isStatic) fieldValues.push(range(value))
    if (key.type === 'PrivateIdentifier') {
      const kind = isField ? 'field' : member.kind === 'method' ? 'method' : 'accessor'
      const at = isField && value ? { value: range(value) } : {}
      privates.push({ name: `#${key.name}`, isStatic, kind, nameEnd: key.end - offset, ...at })
      continue
    }
    if (isStatic && isField) staticCode.push(range(member))
    else if (member.computed && !isPlainKey(key))
      computedKeys.push({ ...range(key), isStatic, isField, member: range(member) })
    else if (!isField && !member.computed) (isStatic ? staticMethods : methods).add(keyName(key))
  }
  const parent = node.superClass as SyntaxNode | null
  return {
    ...(parent ? { superClass: range(parent) } : {}),
    ...(constructorMethod ? { constructorMethod } : {}),
    bodyStart: body.start - offset,
    bodyEnd: body.end - 1 - offset,
    privates,
    staticMethods,
    methods,
    staticCode,
    computedKeys,
    fieldValues,
  }
}

function constructorShape(value: SyntaxNode, range: (at: SyntaxNode) => Range): ClassShape['constructorMethod'] {
  const params = value.params as SyntaxNode[]
  const body = range(value.body as SyntaxNode)
  const first = params[0]
  const last = params.at(-1)
  return {
    params: first && last ? { start: range(first).start, end: range(last).end } : { start: -1, end: -1 },
    bodyStart: body.start + 1,
    isSimple: params.every((parameter) => parameter.type === 'Identifier'),
  }
}

/** The property name of a key that is not computed. */
export function keyName(key: SyntaxNode): string {
  return String(key.type === 'Identifier' ? key.name : key.value)
}
