/** Name of a log's file that was rolled away: `stderr--2026-11-28--10-57-31--12`, `.gz` behind it when it is compressed. */
export interface RolledName {
  /** `stdout` or `stderr`. */
  readonly log: string
  /** Counts the files of a log from 1; clocks may go back, this does not. */
  readonly number: number
  readonly isCompressed: boolean
}

const two = (n: number) => String(n).padStart(2, '0')

/** @param time when it was rolled, milliseconds since the epoch */
export function rolledName(log: string, number: number, time: number): string {
  const at = new Date(time)
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${log}--${day}--${two(at.getHours())}-${two(at.getMinutes())}-${two(at.getSeconds())}--${number}`
}

export function parseRolledName(name: string): RolledName | undefined {
  const match = /^([a-z]+)--\d{4}-\d\d-\d\d--\d\d-\d\d-\d\d--(\d+)(\.gz)?$/.exec(name)
  if (match === null) return undefined
  return { log: match[1]!, number: Number(match[2]), isCompressed: match[3] !== undefined }
}

/**
 * The files of a log among a folder's names, oldest first, without the one that is being written. While one is compressed it is there
 * twice for a moment: then the plain one counts.
 */
export function rolledFiles(names: readonly string[], log: string): string[] {
  const byNumber = new Map<number, { readonly name: string; readonly isCompressed: boolean }>()
  for (const name of names) {
    const rolled = parseRolledName(name)
    if (rolled?.log !== log) continue
    const other = byNumber.get(rolled.number)
    if (other === undefined || other.isCompressed) byNumber.set(rolled.number, { name, ...rolled })
  }
  return [...byNumber].sort(([a], [b]) => a - b).map(([, { name }]) => name)
}
