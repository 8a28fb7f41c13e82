/**
 * An id of a pattern as Java's formatter reads it, as far as ids need it: `%s` is the first value, the next `%d` or `%04d` the second, and
 * so on; `%1$s` names the value; `%%` is a percent sign.
 */
export function formatId(pattern: string, values: readonly (string | number)[]): string {
  let next = 0
  return pattern.replace(/%(?:(\d+)\$)?(?:(0)?(\d+))?([sd%])/g, (_, position, zero, width, kind) => {
    if (kind === '%') return '%'
    const value = values[position === undefined ? next++ : Number(position) - 1] ?? ''
    return String(value).padStart(Number(width ?? 0), zero === undefined ? ' ' : '0')
  })
}

/** `yyyyMMddHHmmss`, in UTC wherever the master is: a later id sorts behind an earlier one. */
export function idTime(now: number): string {
  return new Date(now).toISOString().replace(/\D/g, '').slice(0, 14)
}

/** An application's name, fit to be an id and the name of a folder. */
export function idOfName(name: string): string {
  const id = name
    .toLowerCase()
    .replace(/\s+/g, '')
    .replace(/[^a-z0-9._-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 120)
  return id === '' ? 'app' : id
}

/** Whether an id that somebody else made may name a folder. */
export function isFitId(id: string): boolean {
  return id.length <= 255 && /^[A-Za-z0-9][A-Za-z0-9._:\-[\]]*$/.test(id)
}
