import { randomUUID } from 'node:crypto'
import { FiresteelError } from '../common/errors/index.js'
import { type CodecName, suffixOfCodec } from './codec/codec-name.js'
import { checkWritableCodec } from './codec/compressing-sink.js'
import type { FileSystem } from './file-system.js'
import { locate } from './file-systems.js'
import type { OutputJob, TaskAttempt } from './output.js'

/*
 * How output becomes visible: all at once, by one rename.
 *
 *   <path>/                                   made by prepareOutput: takes the name, holds nothing but the next line
 *   <path>/_temporary/<jobId>/attempts/       part files being written, one for each attempt at a partition
 *   <path>/_temporary/<jobId>/output/         part files of tasks that committed: moved here by commitTask, one rename each
 *   <parent>/.<name>.<jobId>/                 the output directory, complete with _SUCCESS, in the moment of commitJob
 *
 * commitJob checks that every partition is there, writes _SUCCESS, moves `output` beside <path>, removes _temporary, and
 * puts the directory in the place of the now empty <path>, which is one step. Where a process may die:
 *
 * - a task, before or in commitTask: its attempt's file stays in `attempts`; another attempt writes its own.
 * - the driver, before the last rename: <path> is empty or holds only `_temporary` (whose name readers skip): no part file
 *   is visible. A new job is refused (FS_IO_OUTPUT_EXISTS, which says what it found) until the path has been removed.
 * - after the last rename: the output is complete and has its _SUCCESS.
 *
 * Of several attempts at a partition one wins: `canCommit`, which asks the driver, allows one at a time. Should the driver
 * allow a second one, because it took the first for failed, its file replaces the first one's.
 */

const temporaryName = '_temporary'
const successName = '_SUCCESS'

/** What an output is to be. */
export interface PrepareOutputOptions {
  readonly partitions: number
  /** How part files are compressed. Default: not at all. */
  readonly codec?: CodecName
  /** Default: a random name. */
  readonly jobId?: string
  /**
   * Whether the path may be a directory that is there already. Files are then added to it, and those of the same names replaced, one by one
   * when the job commits: not all at once, but never a part of one. Default: false.
   */
  readonly allowExisting?: boolean
}

/**
 * Driver side: takes the output path, which must be free, and makes the folders that tasks write to.
 * @throws FS_IO_OUTPUT_EXISTS, FS_IO_NOT_WRITABLE, FS_IO_SCHEME, FS_IO_CODEC
 */
export async function prepareOutput(path: string, options: PrepareOutputOptions): Promise<OutputJob> {
  const { codec } = options
  if (codec !== undefined) checkWritableCodec(codec, path)
  const location = locate(path)
  const found = location.fileSystem.stat(location.path)
  const addsToExisting = options.allowExisting === true && found?.kind === 'directory'
  if (!addsToExisting) {
    if (found !== undefined) throw await outputExists(location.fileSystem, path)
    if (!(await location.fileSystem.mkdir(location.path))) throw await outputExists(location.fileSystem, path)
  }
  const job: OutputJob = {
    path: location.path,
    jobId: options.jobId ?? randomUUID(),
    partitions: options.partitions,
    ...(codec === undefined ? {} : { codec }),
    ...(addsToExisting ? { addsToExisting } : {}),
  }
  const { attempts, output } = foldersOf(job)
  await location.fileSystem.mkdir(attempts)
  await location.fileSystem.mkdir(output)
  return job
}

/** Slot side: where an attempt writes its part file. */
export function attemptPath(job: OutputJob, { partition, attempt }: TaskAttempt): string {
  return `${foldersOf(job).attempts}/${partName(job, partition)}.${attempt}`
}

/**
 * Slot side: makes the attempt's closed file the partition's output, if the driver agrees.
 * @param canCommit asks the driver whether this attempt is the one to commit
 * @throws FS_IO_COMMIT_DENIED when it is not; the attempt's file is then gone
 * @throws FS_IO_OUTPUT_LOST when the job's folders are gone
 */
export function commitTask(
  job: OutputJob,
  task: TaskAttempt,
  options: { canCommit: (partition: number, attempt: number) => boolean },
): void {
  if (!options.canCommit(task.partition, task.attempt)) {
    abortTask(job, task)
    throw new FiresteelError('FS_IO_COMMIT_DENIED', { ...task })
  }
  const { fileSystem } = locate(job.path)
  try {
    fileSystem.renameSync(attemptPath(job, task), `${foldersOf(job).output}/${partName(job, task.partition)}`)
  } catch (error) {
    const reason = `the file of partition ${task.partition} could not be moved into it`
    throw new FiresteelError('FS_IO_OUTPUT_LOST', { path: job.path, reason }, { cause: error })
  }
}

/** Slot side: removes what an attempt wrote; nothing there is no error. */
export function abortTask(job: OutputJob, task: TaskAttempt): void {
  locate(job.path).fileSystem.removeSync(attemptPath(job, task))
}

/**
 * Driver side, after all tasks have committed: makes the output visible, as a whole.
 * @throws FS_IO_OUTPUT_LOST when a partition's file is missing, or something else was put at the path
 */
export async function commitJob(job: OutputJob): Promise<void> {
  const { fileSystem } = locate(job.path)
  const { temporary, output, staging } = foldersOf(job)
  await checkComplete(job, fileSystem)
  if (job.addsToExisting) {
    await moveInto(job, fileSystem)
    return
  }
  fileSystem.createSync(`${output}/${successName}`).closeSync()
  await fileSystem.rename(output, staging)
  await fileSystem.remove(temporary)
  try {
    await fileSystem.rename(staging, job.path)
  } catch (error) {
    const reason = 'something else was put there meanwhile'
    throw new FiresteelError('FS_IO_OUTPUT_LOST', { path: job.path, reason }, { cause: error })
  }
}

/** Driver side, when the job failed: removes all that it wrote, and the output directory if nothing else is in it. */
export async function abortJob(job: OutputJob): Promise<void> {
  const { fileSystem } = locate(job.path)
  const { temporary, staging } = foldersOf(job)
  await fileSystem.remove(staging)
  await fileSystem.remove(temporary)
  if (job.addsToExisting) return
  const status = fileSystem.stat(job.path)
  if (status?.kind === 'directory' && fileSystem.list(job.path).length === 0) await fileSystem.remove(job.path)
}

/** Moves part files one by one into a directory that others see; `_SUCCESS` goes first and comes last. */
async function moveInto(job: OutputJob, fileSystem: FileSystem): Promise<void> {
  const { temporary, output } = foldersOf(job)
  await fileSystem.remove(`${job.path}/${successName}`)
  for (const file of fileSystem.list(output)) {
    await fileSystem.rename(file.path, `${job.path}/${file.path.slice(file.path.lastIndexOf('part-'))}`)
  }
  fileSystem.createSync(`${job.path}/${successName}`).closeSync()
  await fileSystem.remove(temporary)
}

function foldersOf(job: OutputJob): { temporary: string; attempts: string; output: string; staging: string } {
  const temporary = `${job.path}/${temporaryName}`
  const root = `${temporary}/${job.jobId}`
  const slash = Math.max(job.path.lastIndexOf('/'), job.path.lastIndexOf('\\'))
  const staging = `${job.path.slice(0, slash + 1)}.${job.path.slice(slash + 1)}.${job.jobId}`
  return { temporary, attempts: `${root}/attempts`, output: `${root}/output`, staging }
}

function partName(job: OutputJob, partition: number): string {
  return `part-${String(partition).padStart(5, '0')}${suffixOfCodec(job.codec)}`
}

async function checkComplete(job: OutputJob, fileSystem: FileSystem): Promise<void> {
  const { output } = foldersOf(job)
  const status = fileSystem.stat(output)
  const found = status === undefined ? [] : fileSystem.list(output)
  const names = new Set(found.map((file) => file.path.slice(file.path.lastIndexOf('part-'))))
  for (let partition = 0; partition < job.partitions; partition++) {
    if (names.has(partName(job, partition))) continue
    const reason = `the file of partition ${partition} of ${job.partitions} is missing`
    throw new FiresteelError('FS_IO_OUTPUT_LOST', { path: job.path, reason })
  }
}

async function outputExists(fileSystem: FileSystem, path: string): Promise<FiresteelError> {
  const location = locate(path)
  const status = fileSystem.stat(location.path)
  const content = status?.kind === 'directory' ? fileSystem.list(location.path) : undefined
  const leftover = content?.length === 1 && content[0]?.path.endsWith(`/${temporaryName}`)
  return new FiresteelError('FS_IO_OUTPUT_EXISTS', { path: location.path, ...(leftover ? { leftover } : {}) })
}
