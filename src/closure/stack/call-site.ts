import { basename } from 'node:path'
import type { CallSite } from '../closure.js'
import { mapPosition } from './map-stack.js'
import { isOwnFile, isRuntimeFile } from './own-frames.js'
import type { Position } from './source-map.js'

interface Frame extends Position {
  readonly name: string
}

/** How many frames are looked at for the user's; Firesteel's own are hardly ever more than ten. */
const depth = 30

/** Where the user's program called `operation`: the first frame outside of Firesteel. Cheap; source maps are read on display. */
export function callSite(operation: string): CallSite {
  return new LazyCallSite(operation, userFrames(callSite))
}

/** The frames of a call site as V8 sees them: before any source map. */
export function rawFrames(site: CallSite): readonly Position[] {
  return site instanceof LazyCallSite ? site.frames : []
}

/** The frames of the user's code above `below`, as V8 sees them. */
function userFrames(below: Function): Frame[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = depth
    Error.prepareStackTrace = (_error, sites) => sites
    Error.captureStackTrace(holder, below)
    const sites = holder.stack as NodeJS.CallSite[]
    const frames = sites.map(toFrame).filter(({ file }) => !isRuntimeFile(file))
    const users = frames.filter(({ file }) => !isOwnFile(file))
    // A program may be bundled together with Firesteel; then nothing tells their frames apart.
    return users.length > 0 ? users : frames
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
}

function toFrame(site: NodeJS.CallSite): Frame {
  return {
    name: site.getFunctionName() ?? '',
    // What was typed at a prompt has no file, but a name.
    file: site.getFileName() ?? site.getScriptNameOrSourceURL() ?? '',
    line: site.getLineNumber() ?? 0,
    column: site.getColumnNumber() ?? 0,
  }
}

class LazyCallSite implements CallSite {
  readonly operation: string
  /** As V8 sees them. */
  readonly frames: readonly Frame[]
  #mapped: Position | undefined

  constructor(operation: string, frames: readonly Frame[]) {
    this.operation = operation
    this.frames = frames
  }

  get #place(): Position {
    const first = this.frames[0]
    this.#mapped ??= first ? mapPosition(first) : { file: '', line: 0, column: 0 }
    return this.#mapped
  }

  get file(): string {
    return this.#place.file
  }

  get line(): number {
    return this.#place.line
  }

  get column(): number {
    return this.#place.column
  }

  get short(): string {
    return `${this.operation} at ${this.file === '' ? 'unknown' : `${basename(this.file)}:${this.line}`}`
  }

  get long(): string {
    return this.frames.map(describe).join('\n')
  }

  toJSON(): CallSite {
    const { operation, file, line, column, short, long } = this
    return { operation, file, line, column, short, long }
  }
}

function describe(frame: Frame): string {
  const { file, line, column } = mapPosition(frame)
  return frame.name === '' ? `at ${file}:${line}:${column}` : `at ${frame.name} (${file}:${line}:${column})`
}
