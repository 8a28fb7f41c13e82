/*
 * A node holds less than a megabyte. Of a larger record the node says only where its pieces are; it is written after them and before those of
 * the version before are removed, so that a reader finds one whole version at any time.
 */

/** ZooKeeper's own limit (jute.maxbuffer, 1 MiB) counts the whole request, with paths and the fence. */
export const maxNodeBytes = 800 * 1024

const magic = 'firesteel-parts 1 '

interface Manifest {
  readonly generation: string
  readonly count: number
}

/** Names of the pieces of a version of a record. */
export function partNames(name: string, { generation, count }: Manifest): string[] {
  return Array.from({ length: count }, (_, at) => `${name}.${generation}.${at}`)
}

export function splitRecord(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += maxNodeBytes) parts.push(bytes.subarray(at, at + maxNodeBytes))
  return parts
}

export function encodeManifest(manifest: Manifest): Buffer {
  return Buffer.from(`${magic}${JSON.stringify(manifest)}\n`)
}

/** Undefined for anything else, such as a record that is whole. */
export function decodeManifest(bytes: Buffer): Manifest | undefined {
  const text = bytes.toString('latin1', 0, 200)
  if (!text.startsWith(magic)) return undefined
  try {
    const { generation, count } = JSON.parse(text.slice(magic.length)) as Partial<Manifest>
    const isWhole =
      /^[0-9a-f-]{36}$/.test(generation ?? '') && Number.isInteger(count) && count! > 0 && count! <= 10_000
    return isWhole ? { generation: generation!, count: count! } : undefined
  } catch {
    return undefined
  }
}
