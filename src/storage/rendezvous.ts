/**
 * Orders candidates by a hash of their names: the same names always give the same order, different ones spread evenly, and taking
 * one away leaves the order of the others (rendezvous hashing).
 */
export function rendezvousOrder<T>(candidates: readonly T[], nameOf: (candidate: T) => string): T[] {
  const hashed = candidates.map((candidate) => ({ candidate, hash: hashOf(nameOf(candidate)) }))
  return hashed.sort((a, b) => a.hash - b.hash).map(({ candidate }) => candidate)
}

/** FNV-1a over UTF-16 units, then the finalizer of MurmurHash3, so that names that differ in their last letter spread too. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
