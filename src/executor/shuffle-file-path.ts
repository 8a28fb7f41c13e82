import { join } from 'node:path'

/** What tells a map output's file from all others of its executor. */
export interface ShuffleFileId {
  readonly shuffleId: number
  readonly mapId: number
  readonly taskId: number
  /** Counts the files of one slot thread: a task that starts over writes another. */
  readonly file: number
}

/** Folders that files are spread over, in each local folder. */
const buckets = 64

/** Where a map output is: made up from a few numbers, so that nobody has to send or keep paths. */
export function shuffleFilePath(localDirs: readonly string[], id: ShuffleFileId): string {
  const { shuffleId, mapId, taskId, file } = id
  const folder = localDirs[taskId % localDirs.length] as string
  const bucket = (file % buckets).toString(16).padStart(2, '0')
  return join(folder, bucket, `shuffle_${shuffleId}_${mapId}_${taskId}_${file}.data`)
}

/** The number of a file, from its path. */
export function shuffleFileNumber(path: string): number {
  return Number(path.slice(path.lastIndexOf('_') + 1, -'.data'.length))
}
