/** One place where a free variable is named. Positions are those of the tree. */
export interface Occurrence {
  readonly start: number
  /** `{ name }`, where an edit must keep the key. */
  readonly shorthand: boolean
  /** `name(...)` or a tagged template, where an edit must not invent a `this`. */
  readonly callee: boolean
}

/** A variable that a function takes from around itself. */
export interface FreeVariable {
  readonly name: string
  readonly occurrences: Occurrence[]
  /** Whether the function assigns it. */
  assigned: boolean
  /** The properties read from it, when nothing else is done with it: `name.a`, `name.b`. */
  members: Set<string> | undefined
}

/** What a function takes from the function around it, apart from variables. */
export type OuterWord = 'this' | 'arguments' | 'new.target' | 'super'

/** All that one walk over a function's tree finds. */
export interface Findings {
  readonly free: Map<string, FreeVariable>
  readonly outer: Set<OuterWord>
  /** Starts of `import(`. */
  readonly importCalls: number[]
  /** What they name, where that is written out. */
  readonly importedNames: Set<string>
  /** `import.meta`. */
  readonly importMetas: { readonly start: number; readonly end: number }[]
  /** Private names that no class inside of the text declares. */
  readonly foreignPrivates: Set<string>
  directEval: boolean
}
