import type { CsvReaderOptions, CsvRecord, JsonLinesReaderOptions, PortableFile } from '../io/index.js'
import { type AnyRdd, RDD, type RddSpec, unionSpec } from '../rdd/index.js'
import { checkpointSource } from './checkpoints.js'
import { customSource, type RddSource } from './custom-source.js'
import { JobControl } from './job-control.js'
import * as sources from './sources.js'

/** Where each value should be computed, for `makeRDD`. */
export interface MakeRddOptions<T> {
  /** Hosts (or `executor_<host>_<id>`) that a value's partition should run on, best first. Runs on the driver. */
  readonly preferredLocations: (value: T, index: number) => readonly string[]
}

/**
 * Where RDDs come from. A path is a file, a directory (its files whose names do not begin with `_` or `.`), a pattern with `*`, `?`, `[a-z]` or
 * `{a,b}`, or several of these with commas between; `.gz`, `.bz2`, `.zst` and `.deflate` files are decompressed. Paths are looked up when
 * the number of partitions is first needed.
 * @throws FS_IO_PATH_NOT_FOUND and other errors of reading then
 */
export abstract class RddSources extends JobControl {
  get defaultParallelism(): number {
    return this.runtime.defaultParallelism
  }

  get defaultMinPartitions(): number {
    return this.runtime.defaultMinPartitions
  }

  /** An RDD of the values, in order, in slices whose sizes differ by one at most. */
  parallelize<T>(values: Iterable<T>, numSlices: number = this.defaultParallelism): RDD<T> {
    return this.#rdd(sources.parallelize(values, numSlices))
  }

  /** As `parallelize`; or with preferred locations, each value in a partition of its own. */
  makeRDD<T>(values: Iterable<T>, numSlices: number | MakeRddOptions<T> = this.defaultParallelism): RDD<T> {
    if (typeof numSlices === 'number') return this.#rdd(sources.parallelize(values, numSlices))
    return this.#rdd(sources.placedValues(values, numSlices.preferredLocations))
  }

  /** Numbers from `start` up to, not including, `end`; with one argument, from 0 up to it. Only the bounds travel. */
  range(start: number, end?: number, step = 1, numSlices: number = this.defaultParallelism): RDD<number> {
    return this.#rdd(sources.range(end === undefined ? 0 : start, end ?? start, { step, numSlices }))
  }

  /** An RDD without partitions. */
  emptyRDD<T>(): RDD<T> {
    return this.#rdd({ operation: 'emptyRDD', operator: { op: 'values' }, inputs: [], numPartitions: 0 })
  }

  /** Lines of text files, without their ends (LF or CR LF). */
  textFile(path: string, minPartitions: number = this.defaultMinPartitions): RDD<string> {
    return this.#files('textFile', path, { format: 'text', minPartitions })
  }

  /** Pairs of the path and the whole text of each file; small files share partitions. */
  wholeTextFiles(path: string, minPartitions: number = this.defaultMinPartitions): RDD<[path: string, text: string]> {
    return this.#files('wholeTextFiles', path, { format: 'wholeText', minPartitions, wholeFiles: true })
  }

  /** Pairs of the path of each file and a handle to read its bytes where they are needed: `file.read()`, or piece by piece. */
  binaryFiles(
    path: string,
    minPartitions: number = this.defaultMinPartitions,
  ): RDD<[path: string, file: PortableFile]> {
    return this.#files('binaryFiles', path, {
      format: 'binaryFiles',
      minPartitions,
      wholeFiles: true,
      decompress: false,
    })
  }

  /** Records of `recordLength` bytes each. @throws FS_IO_PARTIAL_RECORD when a file's size is no multiple of it */
  binaryRecords(path: string, recordLength: number): RDD<Buffer> {
    const minPartitions = this.defaultMinPartitions
    const options = { recordLength }
    return this.#files('binaryRecords', path, { format: 'binaryRecords', minPartitions, recordLength, options })
  }

  /** What `saveAsObjectFile` wrote. */
  objectFile<T>(path: string, minPartitions: number = this.defaultMinPartitions): RDD<T> {
    return this.#files('objectFile', path, { format: 'object', minPartitions, decompress: false })
  }

  /** What a reliable checkpoint holds, of this application or an earlier one: `path` is what `getCheckpointFile()` says. */
  checkpointFile<T>(path: string): RDD<T> {
    return this.#rdd(checkpointSource(path))
  }

  /** Files with a JSON value on each line. */
  jsonLines<T = unknown>(
    path: string,
    options: JsonLinesReaderOptions & { readonly minPartitions?: number } = {},
  ): RDD<T> {
    const { minPartitions = this.defaultMinPartitions, ...format } = options
    return this.#files('jsonLines', path, { format: 'jsonLines', minPartitions, options: format })
  }

  /** Files of comma-separated values: objects where columns are named (`header`, `columns`), else arrays. */
  csv<T extends CsvRecord = CsvRecord>(
    path: string,
    options: CsvReaderOptions & { readonly minPartitions?: number } = {},
  ): RDD<T> {
    const { minPartitions = this.defaultMinPartitions, ...format } = options
    const unsplittable = format.multiLine ?? false
    return this.#files('csv', path, { format: 'csv', minPartitions, unsplittable, options: format })
  }

  /** Records of a source of your own: see `RddSource`. */
  source<T, P>(source: RddSource<T, P>, name = ''): RDD<T> {
    return this.#rdd(customSource(this.runtime, source as RddSource<unknown, unknown>, name))
  }

  /** The records of all. Partitioned alike, partitions of the same index are joined into one; else they stand side by side. */
  union<T>(rdds: readonly RDD<T>[]): RDD<T>
  union<T>(...rdds: RDD<T>[]): RDD<T>
  union<T>(...args: readonly (RDD<T> | readonly RDD<T>[])[]): RDD<T> {
    const rdds = args.flat() as RDD<T>[]
    return rdds.length === 0 ? this.emptyRDD() : this.#rdd<T>(unionSpec(rdds as AnyRdd[]))
  }

  #files<T>(operation: string, path: string, source: Omit<sources.FileSource, 'recursive'>): RDD<T> {
    const key = 'spark.hadoop.mapreduce.input.fileinputformat.input.dir.recursive'
    const recursive = this.runtime.conf.getBoolean(key, false)
    return this.#rdd(sources.files(operation, path, { ...source, recursive }))
  }

  #rdd<T>(spec: RddSpec): RDD<T> {
    return new RDD<T>(this.runtime, spec)
  }
}
