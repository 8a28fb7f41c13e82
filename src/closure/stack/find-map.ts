import { readFileSync } from 'node:fs'
import { findSourceMap } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { sourceMapUrlOf } from '../capture/inspector.js'
import { SourceMap, type SourceMapJson } from './source-map.js'

/** Gives the text of a script by its path or URL; undefined when it is not known. */
export type Sources = (file: string) => string | undefined

const fromFiles = new Map<string, SourceMap | undefined>()

/** The source map of a script, named by path or URL: what a loader registered, or the map that its text names. */
export function mapOf(file: string, sources?: Sources): SourceMap | undefined {
  const given = sources?.(file)
  if (given !== undefined) return mapOfText(given, file)
  const registered = registeredMap(file)
  if (registered) return registered
  if (!fromFiles.has(file)) fromFiles.set(file, mapOfText(readText(file), file) ?? mapOfRunning(file))
  return fromFiles.get(file)
}

/** Node keeps the maps of modules that it loaded with source maps enabled, among them those that a loader made. */
function registeredMap(file: string): SourceMap | undefined {
  try {
    const found = findSourceMap(file) ?? (file.startsWith('file:') ? findSourceMap(fileURLToPath(file)) : undefined)
    return found && new SourceMap(found.payload as unknown as SourceMapJson, asUrl(file))
  } catch {
    return undefined
  }
}

/** A loader may have changed the text on its way from the file to V8, as vitest does; V8 knows what it runs. */
function mapOfRunning(file: string): SourceMap | undefined {
  if (!/\.[cm]?[jt]sx?$/.test(file)) return undefined
  try {
    const url = asUrl(file)
    return mapNamed(
      sourceMapUrlOf((name) => asUrl(name) === url),
      file,
    )
  } catch {
    return undefined
  }
}

function mapOfText(text: string | undefined, file: string): SourceMap | undefined {
  return mapNamed((text && lastMapUrl(text)) ?? '', file)
}

function mapNamed(named: string, file: string): SourceMap | undefined {
  if (named === '') return undefined
  try {
    const base = asUrl(file)
    const inline = /^data:[^,]*?(;base64)?,/.exec(named)
    if (inline) {
      const data = named.slice(inline[0].length)
      const json = inline[1] ? Buffer.from(data, 'base64').toString('utf8') : decodeURIComponent(data)
      return new SourceMap(JSON.parse(json) as SourceMapJson, base)
    }
    const url = new URL(named, base)
    return new SourceMap(JSON.parse(readFileSync(url, 'utf8')) as SourceMapJson, url.href)
  } catch {
    return undefined
  }
}

/** The last `//# sourceMappingURL=` of a text, if nothing but comments follows it. */
function lastMapUrl(text: string): string | undefined {
  const at = Math.max(text.lastIndexOf('//# sourceMappingURL='), text.lastIndexOf('//@ sourceMappingURL='))
  if (at < 0) return undefined
  return /^\S+/.exec(text.slice(at + 21))?.[0]
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file.startsWith('file:') ? fileURLToPath(file.replace(/[?#].*$/, '')) : file, 'utf8')
  } catch {
    return undefined
  }
}

function asUrl(file: string): string {
  return file.startsWith('/') ? pathToFileURL(file).href : file
}
