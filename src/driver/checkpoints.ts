import { randomUUID } from 'node:crypto'
import { accessSync, constants, mkdirSync } from 'node:fs'
import type { CallSite } from '../closure/index.js'
import { CHECKPOINT_COMPRESS, IO_COMPRESSION_CODEC, type SparkConf } from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { getLogger } from '../common/log/index.js'
import { abortJob, commitJob, type FileSplit, locate, prepareOutput } from '../io/index.js'
import type { AnyRdd, Partitioner, RddSpec } from '../rdd/index.js'
import { describePartitioner, storedPartitioner } from './stored-partitioner.js'

const log = getLogger('Checkpoints')

/** Name of the file beside the part files that says how the keys are partitioned. */
const partitionerFile = '_partitioner'

export interface CheckpointsOptions {
  readonly conf: SparkConf
  /** Whether a block of this partition is on some executor. */
  readonly isCached: (rddId: number, partition: number) => boolean
  /** Told of the files of each RDD that was checkpointed. */
  readonly onWritten: (rdd: AnyRdd, directory: string) => void
}

/** What a job's end is given to make the checkpoints that it leads to. */
export interface AfterJob {
  readonly site: CallSite
  /** Whether ancestors of a marked RDD are checkpointed, too: Spark's property `spark.checkpoint.checkpointAllMarkedAncestors`. */
  readonly ancestorsToo: boolean
}

/**
 * Makes the checkpoints that RDDs were marked for. As in Spark it happens after the first job that used an RDD, by a job of its own, before the
 * action returns; and of several marked RDDs above each other only the last one is written, since it cuts off the others.
 */
export class Checkpoints {
  readonly #options: CheckpointsOptions
  #directory: string | undefined

  constructor(options: CheckpointsOptions) {
    this.#options = options
  }

  /** The application's own folder in the checkpoint directory. */
  get directory(): string | undefined {
    return this.#directory
  }

  /**
   * Takes the folder in which the application's checkpoints get a folder of their own.
   * @throws FS_IO_SCHEME, FS_IO_NOT_WRITABLE
   */
  set(path: string): void {
    const { fileSystem, path: base } = locate(path)
    if (fileSystem.scheme === 'file') assertWritable(base)
    this.#directory = `${base.replace(/[/\\]+$/, '')}/${randomUUID()}`
  }

  /** After a job on `rdd`: marks its lineage as used, and makes the checkpoints that were asked for. */
  async afterJob(rdd: AnyRdd, how: AfterJob): Promise<void> {
    for (const marked of newlyUsed(rdd, how.ancestorsToo)) {
      try {
        if (marked.pendingCheckpoint === 'local') await this.#keep(marked, how.site)
        else await this.#write(marked, how.site)
      } catch (error) {
        // The next job tries it again.
        marked.noteJob(false)
        throw error
      }
    }
  }

  async #write(rdd: AnyRdd, site: CallSite): Promise<void> {
    const path = `${this.#directory}/rdd-${rdd.id}`
    const { conf } = this.#options
    const compression = conf.get(CHECKPOINT_COMPRESS) ? conf.get(IO_COMPRESSION_CODEC) : 'none'
    const job = await prepareOutput(path, { partitions: rdd.numPartitions })
    try {
      const f = { builtin: 'saveObjects', args: { compression, job } }
      await rdd.runSink('checkpoint', { kind: 'consume', f }, { site })
      await commitJob(job)
    } catch (error) {
      await abortJob(job)
      throw error
    }
    const stored = describePartitioner(rdd.partitioner)
    if (stored !== undefined) writeSmall(`${job.path}/${partitionerFile}`, JSON.stringify(stored))
    const splits = partSplits(job.path)
    const tree = (partition: number) => ({ index: partition, split: splits[partition] })
    rdd.markCheckpointed({ op: 'checkpoint', directory: job.path }, { tree, directory: job.path })
    this.#options.onWritten(rdd, job.path)
  }

  /** Computes what is not on the executors yet, then cuts the lineage. */
  async #keep(rdd: AnyRdd, site: CallSite): Promise<void> {
    const missing = () => rdd.partitions.filter((partition) => !this.#options.isCached(rdd.id, partition))
    const partitions = missing()
    if (partitions.length > 0) await rdd.runSink('localCheckpoint', { kind: 'count' }, { partitions, site })
    const lost = missing()
    if (lost.length === 0) rdd.markCheckpointed({ op: 'localCheckpoint', rdd: rdd.id })
    else log.warn(`${rdd} keeps its lineage: no executor had room for ${lost.length} of its partitions`)
  }
}

/** The RDD of a checkpoint's files. @throws FS_IO_PATH_NOT_FOUND and the like at once */
export function checkpointSource(path: string): RddSpec {
  const directory = locate(path).path
  const splits = partSplits(directory)
  return {
    operation: 'checkpointFile',
    name: path,
    operator: { op: 'checkpoint', directory },
    inputs: [],
    numPartitions: splits.length,
    partitioner: readPartitioner(`${directory}/${partitionerFile}`),
    tree: (partition) => ({ index: partition, split: splits[partition] }),
  }
}

function readPartitioner(path: string): Partitioner | undefined {
  const { fileSystem } = locate(path)
  if (fileSystem.stat(path) === undefined) return undefined
  const file = fileSystem.openSync(path)
  try {
    const bytes = Buffer.alloc(file.size())
    file.readSync(bytes, 0, bytes.length, 0)
    return storedPartitioner(JSON.parse(bytes.toString('utf8')))
  } finally {
    file.closeSync()
  }
}

/** The splits of a checkpoint's part files, one to a partition. */
function partSplits(directory: string): FileSplit[][] {
  const { fileSystem, path } = locate(directory)
  const parts = fileSystem.list(path).flatMap((file) => {
    const number = /[/\\]part-(\d+)$/.exec(file.path)?.[1]
    return number === undefined ? [] : [{ file, number: Number(number) }]
  })
  parts.sort((a, b) => a.number - b.number)
  return parts.map(({ file }) => {
    const { path: part, size, modified } = file
    return [{ path: part, start: 0, length: size, fileSize: size, modified }]
  })
}

/** The RDDs marked for a checkpoint that a job is the first to use, ancestors first. */
function newlyUsed(root: AnyRdd, ancestorsToo: boolean): AnyRdd[] {
  const found: AnyRdd[] = []
  const todo = [root]
  for (let rdd = todo.pop(); rdd !== undefined; rdd = todo.pop()) {
    if (rdd.noteJob()) continue
    const isMarked = rdd.pendingCheckpoint !== undefined
    if (isMarked) found.push(rdd)
    if (isMarked && !ancestorsToo) continue
    todo.push(...rdd.inputs, ...(rdd.spec.shuffles ?? []).map((shuffle) => shuffle.parent))
  }
  return found.sort((a, b) => a.id - b.id)
}

function writeSmall(path: string, text: string): void {
  const file = locate(path).fileSystem.createSync(path)
  try {
    file.writeSync(Buffer.from(text))
  } finally {
    file.closeSync()
  }
}

function assertWritable(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK | constants.X_OK)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new FiresteelError('FS_IO_NOT_WRITABLE', { path: directory, reason }, { cause })
  }
}
