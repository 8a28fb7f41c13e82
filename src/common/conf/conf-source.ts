/** Where a value came from, the strongest first. A default is one of submit's own, not of the registry. */
export type ConfSource =
  | { readonly kind: 'code' }
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'file'; readonly path: string; readonly line: number }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'default' }

/** For people: `the program`, `--conf`, `conf/spark-defaults.conf:12`. */
export function describeSource(source: ConfSource): string {
  switch (source.kind) {
    case 'code':
      return 'the program'
    case 'flag':
      return source.flag
    case 'file':
      return `${source.path}:${source.line}`
    case 'environment':
      return source.variable
    case 'default':
      return 'the default'
  }
}

/** A setting's text with the place it came from. */
export interface SourcedValue {
  readonly value: string
  readonly source: ConfSource
}

/** Settings by key, each with its source. */
export type SourcedSettings = ReadonlyMap<string, SourcedValue>
