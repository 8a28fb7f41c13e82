/** Where a value came from, the strongest first: the program, a flag of submit, a properties file. */
export type ConfSource =
  | { readonly kind: 'code' }
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'file'; readonly path: string; readonly line: number }

/** For people: `the program`, `--conf`, `conf/spark-defaults.conf:12`. */
export function describeSource(source: ConfSource): string {
  switch (source.kind) {
    case 'code':
      return 'the program'
    case 'flag':
      return source.flag
    case 'file':
      return `${source.path}:${source.line}`
  }
}

/** A setting's text with the place it came from. */
export interface SourcedValue {
  readonly value: string
  readonly source: ConfSource
}

/** Settings by key, each with its source. */
export type SourcedSettings = ReadonlyMap<string, SourcedValue>
