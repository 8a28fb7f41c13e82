/**
 * Takes the records of a partition batch by batch and gives one value in the end: what most actions are, on the executor's side. Made by a
 * builtin function for each attempt at a task.
 */
export interface RecordConsumer {
  add(records: readonly unknown[]): void
  /** The task's value, after the last batch. */
  finish(): unknown
  /** Lets go of what it holds; called instead of `finish` when the task fails. */
  abort?(): void
}
