import type { Findings } from './findings.js'
import type { SyntaxNode } from './parse-function.js'
import { boundNames, child, children, eachChild, functionTypes, isPlainKey } from './syntax.js'

interface Scope {
  readonly names: Set<string>
  readonly parent: Scope | undefined
}

/** Where the walk stands: how `this`, `arguments` and `super` resolve here. */
interface Place {
  readonly scope: Scope
  /** Whether `this` and `arguments` belong to a function inside of the text. */
  readonly ownThis: boolean
  readonly ownArguments: boolean
  readonly ownSuper: boolean
  readonly privates: ReadonlySet<string>
}

/** Finds the free variables of a function or class and what else ties it to its surroundings. */
export function findFreeVariables(root: SyntaxNode, strict: boolean): Findings {
  return new Walk(strict).run(root)
}

class Walk {
  readonly #strict: boolean
  readonly #found: Findings = {
    free: new Map(),
    outer: new Set(),
    importCalls: [],
    importedNames: new Set(),
    importMetas: [],
    foreignPrivates: new Set(),
    directEval: false,
  }

  constructor(strict: boolean) {
    this.#strict = strict
  }

  run(root: SyntaxNode): Findings {
    const place: Place = {
      scope: { names: new Set(), parent: undefined },
      ownThis: false,
      ownArguments: false,
      ownSuper: false,
      privates: new Set(),
    }
    if (root.type === 'ClassExpression') this.#class(root, place, { isRoot: true })
    else this.#function(root, place, { isRoot: true })
    this.#found.free.delete('undefined')
    return this.#found
  }

  /** The root's own name counts as free: it may mean a declaration that was assigned anew. */
  #function(node: SyntaxNode, outer: Place, { isRoot = false } = {}): void {
    const isArrow = node.type === 'ArrowFunctionExpression'
    const names = new Set<string>()
    const id = child(node, 'id')
    if (node.type === 'FunctionExpression' && id && !isRoot) names.add(id.name as string)
    const parameters = children(node, 'params')
    for (const parameter of parameters) boundNames(parameter, names)
    const body = child(node, 'body') as SyntaxNode
    const isBlock = body.type === 'BlockStatement'
    if (isBlock) {
      this.#hoist(body, names)
      this.#lexical(children(body, 'body'), names)
    }
    const place: Place = {
      ...outer,
      scope: { names, parent: outer.scope },
      ...(isArrow ? {} : { ownThis: true, ownArguments: true }),
    }
    for (const parameter of parameters) this.#pattern(parameter, place, true)
    if (isBlock) for (const statement of children(body, 'body')) this.#visit(statement, place)
    else this.#visit(body, place)
  }

  #class(node: SyntaxNode, outer: Place, { isRoot = false } = {}): void {
    const names = new Set<string>()
    const id = child(node, 'id')
    if (id) names.add(id.name as string)
    const members = children(child(node, 'body') as SyntaxNode, 'body')
    const privates = new Set(outer.privates)
    for (const member of members) {
      const key = child(member, 'key')
      if (key?.type === 'PrivateIdentifier') privates.add(key.name as string)
    }
    const place: Place = { ...outer, scope: { names, parent: outer.scope }, privates }
    // The superclass and computed keys of the class itself are evaluated where it was defined, not here.
    if (!isRoot) this.#visit(child(node, 'superClass'), place)
    const inside: Place = { ...place, ownThis: true, ownArguments: true, ownSuper: true }
    for (const member of members) this.#member(member, place, inside, isRoot)
  }

  #member(member: SyntaxNode, place: Place, inside: Place, isRoot: boolean): void {
    if (member.computed && (!isRoot || isPlainKey(child(member, 'key')))) this.#visit(child(member, 'key'), place)
    if (member.type === 'StaticBlock') {
      if (isRoot) return
      const names = new Set<string>()
      for (const statement of children(member, 'body')) this.#hoist(statement, names)
      this.#lexical(children(member, 'body'), names)
      const block = { ...inside, scope: { names, parent: inside.scope } }
      for (const statement of children(member, 'body')) this.#visit(statement, block)
      return
    }
    if (isRoot && member.static && member.type === 'PropertyDefinition') return
    const value = child(member, 'value')
    if (!value) return
    if (member.type === 'MethodDefinition') this.#function(value, inside)
    else this.#visit(value, inside)
  }

  #visit(node: SyntaxNode | undefined, place: Place): void {
    if (!node) return
    switch (node.type) {
      case 'Identifier':
        this.#reference(node, place)
        return
      case 'ThisExpression':
        if (!place.ownThis) this.#found.outer.add('this')
        return
      case 'Super':
        if (!place.ownSuper) this.#found.outer.add('super')
        return
      case 'MetaProperty':
        this.#metaProperty(node, place)
        return
      case 'PrivateIdentifier':
        if (!place.privates.has(node.name as string)) this.#found.foreignPrivates.add(`#${node.name}`)
        return
      case 'ImportExpression':
        this.#found.importCalls.push(node.start)
        this.#importedName(node.source as SyntaxNode)
        break
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node, place)
        return
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#class(node, place)
        return
      case 'MemberExpression':
        this.#memberExpression(node, place)
        return
      case 'Property':
        this.#property(node, place)
        return
      case 'CallExpression':
        this.#call(node, place)
        return
      case 'TaggedTemplateExpression':
        this.#callee(child(node, 'tag'), place)
        this.#visit(child(node, 'quasi'), place)
        return
      case 'UpdateExpression':
      case 'AssignmentExpression':
        this.#assignment(node, place)
        return
      case 'VariableDeclaration':
        for (const declarator of children(node, 'declarations')) {
          this.#pattern(child(declarator, 'id'), place, true)
          this.#visit(child(declarator, 'init'), place)
        }
        return
      case 'BlockStatement':
        this.#block(children(node, 'body'), place)
        return
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#loop(node, place)
        return
      case 'SwitchStatement':
        this.#switch(node, place)
        return
      case 'CatchClause':
        this.#catch(node, place)
        return
      case 'LabeledStatement':
        this.#visit(child(node, 'body'), place)
        return
      case 'BreakStatement':
      case 'ContinueStatement':
        return
    }
    eachChild(node, (next) => this.#visit(next, place))
  }

  #reference(
    node: SyntaxNode,
    place: Place,
    use: { assigned?: boolean; shorthand?: boolean; callee?: boolean; member?: string } = {},
  ): void {
    const name = node.name as string
    for (let scope: Scope | undefined = place.scope; scope; scope = scope.parent) if (scope.names.has(name)) return
    if (name === 'arguments') {
      if (!place.ownArguments) this.#found.outer.add('arguments')
      return
    }
    let variable = this.#found.free.get(name)
    if (!variable) {
      variable = { name, occurrences: [], assigned: false, members: new Set() }
      this.#found.free.set(name, variable)
    }
    variable.occurrences.push({ start: node.start, shorthand: use.shorthand ?? false, callee: use.callee ?? false })
    if (use.assigned) variable.assigned = true
    if (use.member === undefined) variable.members = undefined
    else variable.members?.add(use.member)
  }

  #importedName(source: SyntaxNode | undefined): void {
    if (source?.type === 'Literal' && typeof source.value === 'string') this.#found.importedNames.add(source.value)
  }

  #metaProperty(node: SyntaxNode, place: Place): void {
    if (child(node, 'meta')?.name === 'import') this.#found.importMetas.push({ start: node.start, end: node.end })
    else if (!place.ownThis) this.#found.outer.add('new.target')
  }

  #memberExpression(node: SyntaxNode, place: Place): void {
    const object = child(node, 'object')
    const property = child(node, 'property')
    if (object?.type === 'Identifier' && !node.computed && property?.type === 'Identifier') {
      this.#reference(object, place, { member: property.name as string })
      return
    }
    this.#visit(object, place)
    if (node.computed || property?.type === 'PrivateIdentifier') this.#visit(property, place)
  }

  #property(node: SyntaxNode, place: Place): void {
    if (node.computed) this.#visit(child(node, 'key'), place)
    const value = child(node, 'value')
    if (node.shorthand && value?.type === 'Identifier') this.#reference(value, place, { shorthand: true })
    else if (value && functionTypes.has(value.type) && (node.method || node.kind !== 'init')) {
      this.#function(value, { ...place, ownSuper: true })
    } else this.#visit(value, place)
  }

  #call(node: SyntaxNode, place: Place): void {
    const callee = child(node, 'callee')
    if (callee?.type === 'Identifier' && callee.name === 'eval' && !node.optional) this.#found.directEval = true
    this.#callee(callee, place)
    for (const argument of children(node, 'arguments')) this.#visit(argument, place)
  }

  #callee(callee: SyntaxNode | undefined, place: Place): void {
    if (callee?.type === 'Identifier') this.#reference(callee, place, { callee: true })
    else this.#visit(callee, place)
  }

  #assignment(node: SyntaxNode, place: Place): void {
    if (node.type === 'UpdateExpression') {
      const argument = child(node, 'argument')
      if (argument?.type === 'Identifier') this.#reference(argument, place, { assigned: true })
      else if (argument) this.#assignedMember(argument, place)
      return
    }
    this.#pattern(child(node, 'left'), place, false)
    this.#visit(child(node, 'right'), place)
  }

  /** `name.member = …` must hold on to the whole object. */
  #assignedMember(target: SyntaxNode, place: Place): void {
    const object = child(target, 'object')
    if (target.type === 'MemberExpression' && object?.type === 'Identifier') {
      this.#reference(object, place)
      if (target.computed) this.#visit(child(target, 'property'), place)
    } else this.#visit(target, place)
  }

  #pattern(pattern: SyntaxNode | undefined, place: Place, declares: boolean): void {
    switch (pattern?.type) {
      case undefined:
        return
      case 'Identifier':
        if (!declares) this.#reference(pattern, place, { assigned: true })
        return
      case 'ObjectPattern':
        for (const property of children(pattern, 'properties')) this.#patternProperty(property, place, declares)
        return
      case 'ArrayPattern':
        for (const element of children(pattern, 'elements')) this.#pattern(element, place, declares)
        return
      case 'RestElement':
        this.#pattern(child(pattern, 'argument'), place, declares)
        return
      case 'AssignmentPattern':
        this.#pattern(child(pattern, 'left'), place, declares)
        this.#visit(child(pattern, 'right'), place)
        return
      default:
        if (pattern) this.#assignedMember(pattern, place)
    }
  }

  #patternProperty(property: SyntaxNode, place: Place, declares: boolean): void {
    if (property.type === 'RestElement') {
      this.#pattern(child(property, 'argument'), place, declares)
      return
    }
    if (property.computed) this.#visit(child(property, 'key'), place)
    const value = child(property, 'value')
    if (!property.shorthand || declares) {
      this.#pattern(value, place, declares)
      return
    }
    const target = value?.type === 'AssignmentPattern' ? child(value, 'left') : value
    if (target) this.#reference(target, place, { assigned: true, shorthand: true })
    if (value?.type === 'AssignmentPattern') this.#visit(child(value, 'right'), place)
  }

  #block(statements: SyntaxNode[], place: Place): void {
    const names = new Set<string>()
    this.#lexical(statements, names)
    const inside = names.size === 0 ? place : { ...place, scope: { names, parent: place.scope } }
    for (const statement of statements) this.#visit(statement, inside)
  }

  #loop(node: SyntaxNode, place: Place): void {
    const head = child(node, node.type === 'ForStatement' ? 'init' : 'left')
    const names = new Set<string>()
    if (head) this.#lexical([head], names)
    const inside = { ...place, scope: { names, parent: place.scope } }
    if (node.type === 'ForStatement') {
      for (const part of ['init', 'test', 'update', 'body']) this.#visit(child(node, part), inside)
      return
    }
    if (head?.type === 'VariableDeclaration') this.#visit(head, inside)
    else this.#pattern(head, inside, false)
    this.#visit(child(node, 'right'), inside)
    this.#visit(child(node, 'body'), inside)
  }

  #switch(node: SyntaxNode, place: Place): void {
    this.#visit(child(node, 'discriminant'), place)
    const cases = children(node, 'cases')
    const names = new Set<string>()
    for (const one of cases) this.#lexical(children(one, 'consequent'), names)
    const inside = { ...place, scope: { names, parent: place.scope } }
    for (const one of cases) {
      this.#visit(child(one, 'test'), inside)
      for (const statement of children(one, 'consequent')) this.#visit(statement, inside)
    }
  }

  #catch(node: SyntaxNode, place: Place): void {
    const parameter = child(node, 'param')
    const inside = { ...place, scope: { names: boundNames(parameter, new Set()), parent: place.scope } }
    this.#pattern(parameter, inside, true)
    this.#visit(child(node, 'body'), inside)
  }

  /** `var` and, in sloppy code, functions in blocks belong to the whole function. */
  #hoist(node: SyntaxNode, names: Set<string>): void {
    if (functionTypes.has(node.type) || node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
      if (node.type === 'FunctionDeclaration' && !this.#strict) boundNames(child(node, 'id'), names)
      return
    }
    if (node.type === 'VariableDeclaration' && node.kind === 'var') {
      for (const declarator of children(node, 'declarations')) boundNames(child(declarator, 'id'), names)
    }
    eachChild(node, (next) => this.#hoist(next, names))
  }

  #lexical(statements: SyntaxNode[], names: Set<string>): void {
    for (const statement of statements) {
      if (statement.type === 'VariableDeclaration') {
        for (const declarator of children(statement, 'declarations')) boundNames(child(declarator, 'id'), names)
      } else if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
        boundNames(child(statement, 'id'), names)
      }
    }
  }
}
