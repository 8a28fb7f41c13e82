import { createHash } from 'node:crypto'

/** Longer names are cut, with a hash of the whole: file systems take 255 bytes, and suffixes need room. */
const maxLength = 160

/**
 * Name of a record, fit for a file and for a ZooKeeper node, whatever the id: `driver_driver-20261128105733-0000`. Different records have
 * different names, also where letter case does not count. What it stands for is read from the record itself, never from its name.
 */
export function recordName(kind: string, id: string): string {
  const name = `${escaped(kind, /[a-z0-9-]/)}_${escaped(id, /[a-z0-9_-]/)}`
  if (name.length <= maxLength) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 40)
  return `${name.slice(0, maxLength - hash.length - 1)}.${hash}`
}

/** Bytes that are not allowed become `%` and two hexadecimal digits; so does a dot, which begins hidden names and our suffixes. */
function escaped(text: string, allowed: RegExp): string {
  const chars = Array.from(Buffer.from(text, 'utf8'), (byte) => {
    const char = String.fromCharCode(byte)
    return allowed.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`
  })
  return chars.join('')
}
