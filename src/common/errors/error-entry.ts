/** What kind of thing went wrong, so that a program can react without knowing every code. */
export type ErrorCategory =
  | 'usage' // the program asked for something that cannot be
  | 'input' // data that is missing, unreadable or malformed
  | 'closure' // user code that cannot travel
  | 'task' // user code that failed
  | 'resource' // memory, disk, ports, executors
  | 'network' // a peer that cannot be reached or trusted
  | 'cancelled' // ended on request
  | 'internal' // a bug in Firesteel

/** The facts of one error: plain JSON values, shown in the message and kept in the wire form. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/** One row of the table of errors. */
export interface ErrorEntry {
  readonly category: ErrorCategory
  /** Names the thing and its value. */
  readonly message: (details: ErrorDetails) => string
  /** What to do about it; one sentence. */
  readonly hint: string
  /** Details for the page of errors, where the message needs more than names: figures to format, lists to join. */
  readonly example?: ErrorDetails
}

/** Gives an area's table its type while keeping its codes as literals. */
export function errorTable<Codes extends string>(table: Record<Codes, ErrorEntry>): Record<Codes, ErrorEntry> {
  return table
}
