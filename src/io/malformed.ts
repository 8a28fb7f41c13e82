import { FiresteelError } from '../common/errors/index.js'
import type { RecordPlace } from './line-reader.js'

/**
 * What becomes of a record that cannot be parsed, as in Spark: `permissive` keeps it as `{ _corrupt_record: text }`,
 * `dropMalformed` leaves it out, `failFast` fails the task with its place.
 */
export type MalformedMode = 'permissive' | 'dropMalformed' | 'failFast'

/** Where `permissive` keeps the text of a record that cannot be parsed. */
export const corruptRecordField = '_corrupt_record'

const modes: readonly MalformedMode[] = ['permissive', 'dropMalformed', 'failFast']

/** The mode by its name, in any case, as Spark's options have it. Default: permissive. */
export function malformedMode(name: string = 'permissive'): MalformedMode {
  const mode = modes.find((known) => known.toLowerCase() === name.toLowerCase())
  if (mode !== undefined) return mode
  throw new FiresteelError('FS_IO_OPTION', {
    option: 'mode',
    value: `'${name}'`,
    reason: `known are ${modes.join(', ')}`,
  })
}

/** The error of a record at `place`; `column` counts characters from 1. */
export function malformed(
  path: string,
  place: RecordPlace,
  options: { reason: string; column?: number; cause?: unknown },
): FiresteelError {
  const { reason, column, cause } = options
  const details = { path, ...place, ...(column === undefined ? {} : { column }), reason }
  return new FiresteelError('FS_IO_MALFORMED', details, { cause })
}
