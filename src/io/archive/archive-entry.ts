/** One entry of an archive, in the order of the archive. */
export interface ArchiveEntry {
  /** As the archive says it; not checked. */
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link'
  /** Permission bits. */
  readonly mode: number
  /** Target of a symbolic link. */
  readonly target?: string
  /** The bytes of a file, piece by piece; to be read before the next entry is asked for. Pieces hold until the next one. */
  pieces(): Iterable<Uint8Array>
}
