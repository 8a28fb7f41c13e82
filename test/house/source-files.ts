import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of the checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** A file of src/, by its path below it with slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  /** The folder of src/ that it is in; empty for the files of src/ itself. */
  readonly room: string
}

/** All TypeScript of src/, tests left out. */
export function sourceFiles(): SourceFile[] {
  const src = join(root, 'src')
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.test(-d)?\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(src, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }))
    .map(({ path, text }) => ({ path, text, room: path.includes('/') ? path.slice(0, path.indexOf('/')) : '' }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The text without comments and without what stands between quotes, so that only code is searched. Lines keep their numbers. */
export function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, (part) =>
    part.replace(/[^\n]/g, ' '),
  )
}
