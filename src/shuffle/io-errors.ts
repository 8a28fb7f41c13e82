import { FiresteelError } from '../common/errors/index.js'

/** What is done to which file; both appear in the error's text. */
export interface FileUse {
  readonly path: string
  readonly what: string
  readonly action: 'opened' | 'written' | 'read' | 'moved'
}

/** Runs a file call and names what failed: a full disk apart from all else. */
export function withFileErrors<T>(use: FileUse, call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw fileError(use, error)
  }
}

/** The error for a failed file call; ENOSPC, EDQUOT (quota) and EFBIG count as a full disk. */
export function fileError(use: FileUse, error: unknown): unknown {
  if (error instanceof FiresteelError) return error
  const code = errorCodeOf(error)
  if (code === undefined) return error
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new FiresteelError('FS_SHUFFLE_DISK_FULL', { path: use.path, what: use.what, cause: code }, { cause: error })
  }
  return new FiresteelError('FS_SHUFFLE_IO', { ...use, cause: code }, { cause: error })
}

/** The system's name of an error, e.g. `ENOENT`. */
export function errorCodeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
