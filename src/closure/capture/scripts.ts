import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Analysis } from '../analysis/analyse.js'
import { parseProgram, type SyntaxNode } from '../analysis/parse-function.js'
import { type Location, scriptSource, scriptUrls } from './inspector.js'

/** What a module's import declaration binds a local name to. */
export interface ImportedName {
  readonly specifier: string
  /** The export's name; `*` for the namespace. */
  readonly name: string
}

/** One script of this process, as far as it has been looked at. */
export interface Script {
  readonly id: string
  /** A `file:` URL where the script is a file; else what the script calls itself, may be empty. */
  readonly url: string
}

const scripts = new Map<string, Script>()
const sources = new Map<string, string | undefined>()
const imports = new Map<string, ReadonlyMap<string, ImportedName>>()

/** The script of a function; its URL is looked up once for each script. */
export function scriptAt(location: Location): Script {
  let found = scripts.get(location.scriptId)
  if (!found) {
    for (const [id, url] of scriptUrls()) if (!scripts.has(id)) scripts.set(id, { id, url: asUrl(url) })
    found = scripts.get(location.scriptId)
  }
  if (!found) {
    found = { id: location.scriptId, url: asUrl(scriptSource(location.scriptId)?.url ?? '') }
    scripts.set(location.scriptId, found)
  }
  return found
}

/** Whether a script is part of Node. */
export function isRuntimeScript({ url }: Script): boolean {
  return url.startsWith('node:')
}

/** Names a script by URL where it is named by path. */
export function asUrl(name: string): string {
  return name.startsWith('/') ? pathToFileURL(name).href : name
}

/** The text that V8 runs: the file, if it is the same (a loader may have changed it), or what the debugger says. */
export function textOf(script: Script, location: Location, analysis: Analysis): string | undefined {
  if (sources.has(script.id)) return sources.get(script.id)
  let text = fileText(script.url)
  if (text === undefined || !isAt(text, location, analysis)) text = scriptSource(script.id)?.source
  sources.set(script.id, text)
  return text
}

const programs = new Map<string, SyntaxNode | undefined>()

/** The tree of a function's script and the offset of the function in it; for the few questions that need the text around. */
export function programOf(
  script: Script,
  location: Location,
  analysis: Analysis,
): { program: SyntaxNode; offset: number; text: string } | undefined {
  const text = textOf(script, location, analysis)
  if (text === undefined) return undefined
  if (!programs.has(script.id)) programs.set(script.id, tryParse(text))
  const program = programs.get(script.id)
  if (!program) return undefined
  return { program, text, offset: lineStart(text, location.line) + location.column - analysis.anchor }
}

function tryParse(text: string): SyntaxNode | undefined {
  try {
    return parseProgram(text)
  } catch {
    return undefined
  }
}

function fileText(url: string): string | undefined {
  if (!url.startsWith('file:')) return undefined
  try {
    return readFileSync(fileURLToPath(url), 'utf8')
  } catch {
    return undefined
  }
}

/** Whether a file's text has the function where V8 has it. */
function isAt(text: string, { line, column }: Location, analysis: Analysis): boolean {
  return text.startsWith(analysis.source.slice(analysis.anchor), lineStart(text, line) + column)
}

/** Offset at which a line begins; lines count from 0. */
export function lineStart(text: string, line: number): number {
  let at = 0
  for (let i = 0; i < line; i++) {
    const next = text.indexOf('\n', at)
    if (next < 0) return text.length
    at = next + 1
  }
  return at
}

/** What a function's module imports under a local name. The module is only parsed when it looks like an import. */
export function importOf(
  script: Script,
  location: Location,
  analysis: Analysis,
  local: string,
): ImportedName | undefined {
  let found = imports.get(script.id)
  if (!found) {
    const text = textOf(script, location, analysis)
    if (text === undefined || !looksImported(text, local)) return undefined
    found = readImports(programOf(script, location, analysis)?.program)
    imports.set(script.id, found)
  }
  return found.get(local)
}

function looksImported(text: string, local: string): boolean {
  const name = local.replace(/\$/g, '\\$')
  return new RegExp(`\\bimport\\b[^'"]*(?<![\\w$])${name}(?![\\w$])[^'"]*\\bfrom\\b`).test(text)
}

/** A text that the parser does not know yields no imports; values then travel by themselves. */
function readImports(program: SyntaxNode | undefined): Map<string, ImportedName> {
  const found = new Map<string, ImportedName>()
  for (const statement of (program?.body as SyntaxNode[] | undefined) ?? []) {
    if (statement.type !== 'ImportDeclaration') continue
    const specifier = String((statement.source as SyntaxNode).value)
    for (const binding of statement.specifiers as SyntaxNode[]) {
      found.set((binding.local as SyntaxNode).name as string, { specifier, name: importedName(binding) })
    }
  }
  return found
}

function importedName(binding: SyntaxNode): string {
  if (binding.type === 'ImportNamespaceSpecifier') return '*'
  if (binding.type === 'ImportDefaultSpecifier') return 'default'
  const imported = binding.imported as SyntaxNode
  return String(imported.name ?? imported.value)
}

const strictness = new Map<string, boolean>()

/** Whether a script's top level is strict code: not for a CommonJS file without a directive. */
export function isStrictScript({ id, url }: Script): boolean {
  let found = strictness.get(id)
  if (found === undefined) {
    const text = /\.c?js$/.test(url) ? fileText(url) : undefined
    found = text === undefined ? url !== '' : hasStrictDirective(text)
    strictness.set(id, found)
  }
  return found
}

/** Whether a script begins with 'use strict', after comments. */
function hasStrictDirective(text: string): boolean {
  return /^(?:#![^\n]*\n)?(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*(['"])use strict\1/.test(text)
}
