import {
  abortTask,
  commitTask,
  type OutputJob,
  openObjectWriter,
  openTextWriter,
  type RecordWriter,
} from '../../io/index.js'
import { type BuiltinContext, registerBuiltins } from '../builtins.js'
import type { RecordConsumer } from '../record-consumer.js'

interface SaveArgs {
  readonly job: OutputJob
}

registerBuiltins({
  /** Writes records as lines: see `lineOf`. */
  saveText:
    ({ job }: SaveArgs, _functions, context) =>
    () =>
      saving(job, context, (task) => openTextWriter(job, task, { format: lineOf })),
  saveObjects:
    ({ job, compression }: SaveArgs & { readonly compression: string }, _functions, context) =>
    () =>
      saving(job, context, (task) => openObjectWriter(job, task, { compression })),
})

type Open = (task: { readonly partition: number; readonly attempt: number }) => RecordWriter<unknown>

/** Writes a partition to a file of this attempt, and makes it the partition's output at the end. */
function saving(job: OutputJob, context: BuiltinContext, open: Open): RecordConsumer {
  const task = { partition: context.partition, attempt: context.taskId }
  const writer = open(task)
  return {
    add: (records) => writer.write(records),
    finish() {
      writer.close()
      commitTask(job, task, { canCommit: () => context.canCommit() })
      context.wrote(writer.bytesWritten, writer.recordsWritten)
      return null
    },
    abort() {
      writer.discard()
      abortTask(job, task)
    },
  }
}

/** Strings as they are, arrays, dates and plain objects as JSON, anything else by its own `toString`. */
export function lineOf(record: unknown): string {
  if (typeof record === 'string') return record
  if (typeof record !== 'object' || record === null) return String(record)
  const isData = Array.isArray(record) || record instanceof Date || record.toString === Object.prototype.toString
  return isData ? jsonOf(record) : String(record)
}

/** JSON; bigints as numbers where these are exact, else as strings. */
function jsonOf(record: object): string {
  return JSON.stringify(record, (_key, value: unknown) => {
    if (typeof value !== 'bigint') return value
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  })
}
