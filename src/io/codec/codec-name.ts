/** A way a file is compressed, told from the end of its name. */
export type CodecName = 'gzip' | 'bzip2' | 'zstd' | 'deflate'

const suffixes: ReadonlyArray<readonly [suffix: string, codec: CodecName]> = [
  ['.gz', 'gzip'],
  ['.bz2', 'bzip2'],
  ['.zst', 'zstd'],
  ['.deflate', 'deflate'],
]

/** Names that say "compressed" in a way we cannot read: read as text they would yield garbage without a word. */
const unreadable = ['.snappy', '.lz4', '.lzo', '.xz', '.lzma', '.br', '.z', '.zip', '.7z']

/** The codec that the end of a file's name stands for; `undefined` means plain bytes. */
export function codecOfPath(path: string): CodecName | undefined {
  const lower = path.toLowerCase()
  return suffixes.find(([suffix]) => lower.endsWith(suffix))?.[1]
}

/** The suffix of a compression that we know of but cannot read, if the name has one. */
export function unreadableSuffix(path: string): string | undefined {
  const lower = path.toLowerCase()
  return unreadable.find((suffix) => lower.endsWith(suffix))
}

/** What a file written with `codec` has at the end of its name. */
export function suffixOfCodec(codec: CodecName | undefined): string {
  return suffixes.find(([, name]) => name === codec)?.[0] ?? ''
}
