/** The driver's endpoint for what `addFile`, `addArchive` and `addJar` added. */
export const filesEndpoint = 'files'

/** Something that was added. */
export interface SharedFile {
  /**
   * `file`: a file or folder below the root; `archive`: unpacked into a folder below the root; `module`: code that is imported by name;
   * `package`: an installed package, with links to those that it depends on.
   */
  readonly kind: 'file' | 'archive' | 'module' | 'package'
  /** Name below the root or below node_modules. */
  readonly name: string
  /** Grows with each addition; of two of one name the later counts. */
  readonly version: number
  /** Where it is on every machine already (`local:`), or on this one perhaps (a package). */
  readonly place?: string
  /** Of a package. */
  readonly installed?: SharedPackage
  /** Name of the original, whose end tells the kind of an archive or module. */
  readonly original: string
}

/** An installed package; where it lies and what the links are is said in `common/packages`. */
export interface SharedPackage {
  readonly key: string
  readonly version: string
  /** Link -> what it names, both below the folder of modules. */
  readonly links: readonly (readonly [path: string, target: string])[]
}

/** One file of something that was added; `path` is empty when it is a file itself. */
export interface SharedPart {
  readonly path: string
  /** SHA-256 of the content, hexadecimal. */
  readonly hash: string
  readonly bytes: number
  readonly mode: number
}

/** `files.list`, asked of the driver. */
export interface FilesAnswer {
  readonly version: number
  readonly files: readonly SharedFile[]
}

/** `files.parts`: what a shared file consists of, as it was added. */
export interface PartsMessage {
  readonly version: number
}

export interface PartsAnswer {
  readonly parts: readonly SharedPart[]
}

/** `files.read`, a stream: the bytes of some contents, one after another. */
export interface ReadFilesMessage {
  readonly hashes: readonly string[]
}

/** One message of the stream; the attachments are the next bytes of the content with this index. */
export interface FilePiece {
  readonly index: number
  readonly isLast: boolean
}
