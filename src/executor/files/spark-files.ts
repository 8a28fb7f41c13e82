import { join } from 'node:path'
import { FiresteelError } from '../../common/errors/index.js'

let root: string | undefined

/** Where the files are that `sc.addFile` and `sc.addArchive` added, on the driver and inside tasks alike. */
// biome-ignore lint/complexity/noStaticOnlyClass: Spark's name and form
export class SparkFiles {
  /**
   * Absolute path of an added file, or of the folder of an unpacked archive, by its name.
   * @throws FS_FILES_NO_ROOT where no application runs
   */
  static get(name: string): string {
    return join(SparkFiles.getRootDirectory(), name)
  }

  /** The folder that holds all of them. @throws FS_FILES_NO_ROOT where no application runs */
  static getRootDirectory(): string {
    if (root === undefined) throw new FiresteelError('FS_FILES_NO_ROOT', {})
    return root
  }
}

/** Says where files are in this thread. */
export function setFilesRoot(path: string | undefined): void {
  root = path
}
