/** Where an operator was called in the user's program. Source maps are only read when a field is looked at. */
export interface CallSite {
  /** The operator, as in `map`. */
  readonly operation: string
  /** The user's file: a path, not a URL. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** `map at app.ts:14` */
  readonly short: string
  /** The user's part of the stack, one frame a line. */
  readonly long: string
}

/** Names a value that the receiving process rebuilds by itself, such as a broadcast. */
export interface HandleRef {
  readonly kind: string
  /** Plain JSON. */
  readonly data: unknown
}

/** A module that travels by name and is imported by the receiving process. */
export interface ModuleRef {
  /** `builtin`: part of Node; `own`: part of Firesteel; the others say how the driver loaded it. */
  readonly format: 'builtin' | 'own' | 'import' | 'require'
  /** As an import would name it: `node:path`, `acorn`, `@scope/name/sub`. */
  readonly specifier: string
  /** The package's name, when it is installed. */
  readonly package?: string
  /** The installed version. */
  readonly version?: string
  /** The file inside of the package, when it was found by file instead of by specifier. */
  readonly path?: string
  /** The file URL from which the driver resolved it. */
  readonly base?: string
}

/** An `import('name')` in a function. */
export interface ImportCall {
  readonly specifier: string
  /** URL of the script that it stands in. */
  readonly from: string
  readonly module: ModuleRef
}

/** A function that was captured: everything needed to rebuild it elsewhere, addressed by its content. */
export interface Closure {
  /** Of the bytes; equal functions over equal values have equal hashes. */
  readonly hash: string
  readonly bytes: Uint8Array
  /** The function's own name, may be empty. */
  readonly name: string
  /** An async function or async generator, by its syntax. */
  readonly isAsync: boolean
  readonly isGenerator: boolean
  readonly site: CallSite
  readonly handles: readonly HandleRef[]
  readonly modules: readonly ModuleRef[]
  /** Modules of installed packages that it imports when it runs, as far as their names are written out. */
  readonly imports: readonly ImportCall[]
}
