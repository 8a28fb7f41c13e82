import type { Node, Pattern, Program } from 'acorn'
import { parse } from 'acorn'
import type { TransformFailure } from 'esbuild'

type Esbuild = typeof import('esbuild')

/** What was typed, made ready to run. */
export type CompiledInput =
  /** More lines must follow. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed'; readonly problem: string }
  /** `code` is a list of statements that leaves its last expression in the variable `resultName`. */
  | { readonly kind: 'code'; readonly code: string; readonly names: readonly string[] }

/** Variable that compiled code leaves its result in. */
export const resultName = '__firesteel_result'
/** Function that compiled code imports with, so that names are looked up from the user's folder. */
export const importName = '__firesteel_import'

/** Compiles TypeScript typed at the prompt: types go, imports become calls, the last expression is kept. */
export async function compileInput(text: string): Promise<CompiledInput> {
  const javascript = await stripTypes(text)
  if (typeof javascript !== 'string') return javascript
  try {
    return { kind: 'code', ...rewrite(javascript) }
  } catch (error) {
    const { pos = 0, message } = error as { pos?: number; message: string }
    return pos >= javascript.trimEnd().length ? { kind: 'incomplete' } : { kind: 'malformed', problem: message }
  }
}

/** With esbuild, as in submit; where it is not installed the text is taken for JavaScript. */
async function stripTypes(text: string): Promise<string | Exclude<CompiledInput, { kind: 'code' }>> {
  const esbuild = await import('esbuild').catch(() => undefined)
  if (esbuild === undefined) return text
  const { code, problems } = await transform(esbuild, text)
  if (code !== undefined) return code
  return (await endsTooSoon(esbuild, { text, problems }))
    ? { kind: 'incomplete' }
    : { kind: 'malformed', problem: problems.join('\n') }
}

async function transform(esbuild: Esbuild, text: string): Promise<{ code?: string; problems: readonly string[] }> {
  try {
    const { code } = await esbuild.transform(text, {
      loader: 'ts',
      format: 'esm',
      target: 'node20.19',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      logLevel: 'silent',
    })
    return { code, problems: [] }
  } catch (error) {
    const { errors = [] } = error as Partial<TransformFailure>
    if (errors.length === 0) throw error
    return { problems: errors.map((message) => message.text) }
  }
}

/** A template literal that is still open reads like a string that is: only the former is closed by a backtick on a further line. */
async function endsTooSoon(
  esbuild: Esbuild,
  { text, problems }: { readonly text: string; readonly problems: readonly string[] },
): Promise<boolean> {
  if (problems.some((problem) => /end of file|to terminate multi-line comment/.test(problem))) return true
  if (!problems.some((problem) => problem === 'Unterminated string literal')) return false
  const closed = await transform(esbuild, `${text}\n\``)
  return !closed.problems.includes('Unterminated string literal')
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

function rewrite(javascript: string): { code: string; names: string[] } {
  const program = parse(javascript, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true })
  const edits: Edit[] = []
  const names = program.body.flatMap((statement) => editStatement(statement, edits))
  const last = program.body.at(-1)
  if (last?.type === 'ExpressionStatement') {
    edits.push({ start: last.start, end: last.start, text: `;${resultName} = (` })
    edits.push({ start: last.expression.end, end: last.expression.end, text: ')' })
  }
  for (const { start } of dynamicImports(program)) edits.push({ start, end: start + 'import'.length, text: importName })
  return { code: applyEdits(javascript, edits), names }
}

/** Turns module syntax into statements and tells which names the statement declares. */
function editStatement(statement: Program['body'][number], edits: Edit[]): string[] {
  switch (statement.type) {
    case 'ImportDeclaration': {
      const call = `await ${importName}(${JSON.stringify(statement.source.value)})`
      const bindings = statement.specifiers.map((specifier): [string, string] => {
        const local = specifier.local.name
        if (specifier.type === 'ImportNamespaceSpecifier') return [local, local]
        const imported = specifier.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(specifier.imported)
        return [local, `{ ${JSON.stringify(imported)}: ${local} }`]
      })
      const code = bindings.map(([, pattern]) => `const ${pattern} = ${call};`).join(' ')
      edits.push({ start: statement.start, end: statement.end, text: bindings.length === 0 ? `${call};` : code })
      return bindings.map(([local]) => local)
    }
    case 'ExportNamedDeclaration':
      if (statement.declaration) {
        edits.push({ start: statement.start, end: statement.declaration.start, text: '' })
        return declaredNames(statement.declaration)
      }
      edits.push({ start: statement.start, end: statement.end, text: '' })
      return []
    default:
      return declaredNames(statement)
  }
}

function nameOf(name: { type: string; name?: string; value?: unknown }): string {
  return name.type === 'Identifier' ? name.name! : String(name.value)
}

function declaredNames(statement: Program['body'][number]): string[] {
  if (statement.type === 'VariableDeclaration') return statement.declarations.flatMap(({ id }) => boundNames(id))
  const isNamed = statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration'
  return isNamed && statement.id ? [statement.id.name] : []
}

function boundNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === 'Property' ? property.value : property.argument),
      )
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? boundNames(element) : []))
    case 'AssignmentPattern':
      return boundNames(pattern.left)
    case 'RestElement':
      return boundNames(pattern.argument)
    default:
      return []
  }
}

/** Every `import(...)` of the program, wherever it stands. */
function dynamicImports(node: Node): Node[] {
  const found = node.type === 'ImportExpression' ? [node] : []
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof child === 'object' && child !== null && 'type' in child) found.push(...dynamicImports(child as Node))
    }
  }
  return found
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let at = 0
  for (const { start, end, text: inserted } of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + inserted
    at = end
  }
  return result + text.slice(at)
}
