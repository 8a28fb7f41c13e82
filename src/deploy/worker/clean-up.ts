/** A folder of an application in the work folder. */
export interface OldFolder {
  readonly name: string
  /** When anything in it was last written, milliseconds since the epoch. */
  readonly usedAt: number
}

export interface CleanUpState {
  readonly now: number
  readonly ttlMs: number
  /** Applications with an executor here, and drivers: by the name of their folder. */
  readonly running: ReadonlySet<string>
}

/** The folders that may go: of what has ended, long enough ago. */
export function foldersToRemove(folders: readonly OldFolder[], { now, ttlMs, running }: CleanUpState): string[] {
  return folders.filter(({ name, usedAt }) => !running.has(name) && usedAt < now - ttlMs).map(({ name }) => name)
}
