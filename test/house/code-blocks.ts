import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './source-files.js'

/** A block of TypeScript of a page. */
export interface CodeBlock {
  readonly page: string
  /** Line of the page that the code begins on, from 1. */
  readonly line: number
  readonly code: string
}

export function codeBlocks(page: string): CodeBlock[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length + 1,
    code: match[1]!,
  }))
}

/** Exports of the package, which a page need not import each time. */
function exportedNames(): string[] {
  const api = readFileSync(join(root, 'src/api.ts'), 'utf8').replace(/ from '[^']*'/g, '')
  return [...new Set(api.match(/\b[A-Z]\w+/g))]
}

/** A module of a block: what it leaves out stands on one line above, and its own lines are where they are in the page. */
function moduleOf({ line, code }: CodeBlock): string {
  const words = new Set(code.match(/[A-Za-z_$][\w$]*/g))
  const isDeclared = (name: string) =>
    new RegExp(`\\b(?:const|let|class|using|import(?: type)?)\\s+(?:\\{[^}]*\\b)?${name}\\b`).test(code)
  const missing = exportedNames().filter((name) => words.has(name) && !isDeclared(name))
  const given = [
    missing.length > 0 ? `import { ${missing.join(', ')} } from 'firesteel'` : '',
    words.has('sc') && !isDeclared('sc') ? `declare const sc: import('firesteel').SparkContext` : '',
    'export {}',
  ]
  return `${given.filter(Boolean).join('; ')}${'\n'.repeat(line - 1)}${code}`
}

/** What the compiler says of blocks, by page and line. */
export function typeErrors(blocks: readonly CodeBlock[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'firesteel-guide-'))
  try {
    const names = blocks.map((block, i) => {
      writeFileSync(join(folder, `block-${i}.ts`), moduleOf(block))
      return `block-${i}.ts`
    })
    const compilerOptions = {
      typeRoots: [join(root, 'node_modules/@types')],
      paths: {
        firesteel: [join(root, 'src/index.ts')],
        'firesteel/cluster': [join(root, 'src/cluster-manager.ts')],
        'firesteel/launcher': [join(root, 'src/launcher.ts')],
      },
      rootDir: '/',
      verbatimModuleSyntax: false,
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files: names }),
    )
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const result = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
      cwd: folder,
    })
    const errors = result.stdout.split('\n').filter((text) => /error TS/.test(text))
    if (result.status !== 0 && errors.length === 0) throw new Error(`tsc: ${result.stdout}${result.stderr}`)
    // What is wrong in the source itself is told by the type check.
    const ofBlocks = errors.filter((text) => /block-\d+\.ts\(/.test(text))
    return ofBlocks.map((text) =>
      text.replace(
        /^.*block-(\d+)\.ts\((\d+),/,
        (_, block: string, line: string) => `${blocks[Number(block)]!.page}:${line} (`,
      ),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}
