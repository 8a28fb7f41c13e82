import { posix } from 'node:path'
import type { SourceFile } from './source-files.js'

/** One import statement. */
export interface Import {
  readonly from: SourceFile
  /** Path below src/ of the imported file, or the bare specifier. */
  readonly to: string
  /** Whether `to` is a file of src/. */
  readonly isOwn: boolean
  /** Whether nothing of it is left at run time. */
  readonly isTypeOnly: boolean
}

const statement = /^(?:import|export)\s+(type\s+)?(?:[\w*$\s{},]*?\sfrom\s+)?'([^'\n]+)'/gm
const dynamic = /\bimport\(\s*'([^'\n]+)'\s*\)/g

/** Every import of a file: statements, re-exports and dynamic ones. */
export function importsOf(file: SourceFile): Import[] {
  const text = file.text.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')
  const found = [
    ...[...text.matchAll(statement)].map(([, type, specifier]) => ({
      specifier: specifier!,
      isTypeOnly: type !== undefined,
    })),
    ...[...text.matchAll(dynamic)].map(([, specifier]) => ({ specifier: specifier!, isTypeOnly: false })),
  ]
  return found.map(({ specifier, isTypeOnly }) => {
    const isOwn = specifier.startsWith('.')
    const to = isOwn ? posix.join(posix.dirname(file.path), specifier).replace(/\.js$/, '.ts') : specifier
    return { from: file, to, isOwn, isTypeOnly }
  })
}

/** The room that a path below src/ is in. */
export function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
}

/** One cycle of a graph, as the names along it, or undefined when there is none. */
export function findCycle(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const finished = new Set<string>()
  const path: string[] = []
  const visit = (node: string): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node]
    if (finished.has(node)) return undefined
    path.push(node)
    for (const next of edges.get(node) ?? []) {
      const cycle = visit(next)
      if (cycle !== undefined) return cycle
    }
    path.pop()
    finished.add(node)
    return undefined
  }
  for (const node of edges.keys()) {
    const cycle = visit(node)
    if (cycle !== undefined) return cycle
  }
  return undefined
}
