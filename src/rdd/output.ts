import { VALIDATE_OUTPUT_SPECS } from '../common/conf/index.js'
import type { CodecName } from '../io/index.js'
import { abortJob, commitJob, prepareOutput } from '../io/index.js'
import { NumericActions } from './numeric-actions.js'
import type { RDD } from './rdd.js'

/**
 * Actions that write files: a folder with one part file for each partition, and `_SUCCESS`. All of it becomes visible at once when the job has
 * succeeded; when it fails nothing remains. With `spark.hadoop.validateOutputSpecs` false, the folder may be there: files are added to it, and those
 * of the same names replaced.
 */
export abstract class OutputActions<T> extends NumericActions<T> {
  /**
   * Writes each record as a line: strings as they are, numbers and the like by `String`, arrays, dates and plain objects as JSON, other objects
   * by their `toString`. `codec` compresses the files.
   * @throws FS_IO_OUTPUT_EXISTS when the path exists
   */
  async saveAsTextFile(path: string, codec?: CodecName): Promise<void> {
    await save(this as unknown as RDD<T>, 'saveAsTextFile', path, { builtin: 'saveText', codec })
  }

  /**
   * Writes records as they are, for `sc.objectFile`.
   * @throws FS_IO_OUTPUT_EXISTS when the path exists
   */
  async saveAsObjectFile(path: string): Promise<void> {
    const compression = this.context.conf.get('spark.io.compression.codec', 'lz4')
    await save(this as unknown as RDD<T>, 'saveAsObjectFile', path, { builtin: 'saveObjects', args: { compression } })
  }
}

async function save<T>(
  rdd: RDD<T>,
  operation: string,
  path: string,
  how: { readonly builtin: string; readonly args?: object; readonly codec?: CodecName },
): Promise<void> {
  rdd.context.assertRunning(`${operation}()`)
  await rdd.prepare()
  const allowExisting = !rdd.context.conf.get(VALIDATE_OUTPUT_SPECS)
  const job = await prepareOutput(path, { partitions: rdd.numPartitions, codec: how.codec, allowExisting })
  try {
    const f = { builtin: how.builtin, args: { ...how.args, job } }
    await rdd.runSink(operation, { kind: 'consume', f })
    await commitJob(job)
  } catch (error) {
    // The error that ended the job matters more than one of cleaning up after it.
    await abortJob(job).catch(() => {})
    throw error
  }
}
