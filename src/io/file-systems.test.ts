import { describe, expect, test } from 'vitest'
import { FiresteelError } from '../common/errors/index.js'
import type { FileStatus, FileSystem } from './file-system.js'
import { locate, registerFileSystem } from './file-systems.js'
import { drain } from './io.test-kit.js'
import { abortTask, commitJob, commitTask, prepareOutput } from './output-committer.js'
import { planSplits } from './plan-splits.js'
import { openTextReader } from './text-reader.js'
import { openTextWriter } from './text-writer.js'

/** Files that live in memory: the smallest file system that everything works on. */
class MemoryFileSystem implements FileSystem {
  readonly scheme = 'memory'
  /** Contents by path; directories are `undefined`. */
  readonly #nodes = new Map<string, Buffer | undefined>([['memory://host', undefined]])

  resolve(path: string): string {
    return path.replace(/\/$/, '')
  }

  stat(path: string): FileStatus | undefined {
    if (!this.#nodes.has(path)) return undefined
    const content = this.#nodes.get(path)
    return { path, kind: content === undefined ? 'directory' : 'file', size: content?.length ?? 0, modified: 0 }
  }

  checkReadable(): void {}

  list(directory: string): FileStatus[] {
    const paths = [...this.#nodes.keys()].filter((path) => path.slice(0, path.lastIndexOf('/')) === directory)
    return paths.sort().map((path) => this.stat(path) as FileStatus)
  }

  async mkdir(path: string): Promise<boolean> {
    if (this.#nodes.has(path)) return false
    for (let at = path; !this.#nodes.has(at) && at.includes('//'); at = at.slice(0, at.lastIndexOf('/'))) {
      this.#nodes.set(at, undefined)
    }
    return true
  }

  async rename(from: string, to: string): Promise<void> {
    this.renameSync(from, to)
  }

  async remove(path: string): Promise<void> {
    this.removeSync(path)
  }

  openSync(path: string) {
    const content = this.#nodes.get(path) ?? fail('FS_IO_PATH_NOT_FOUND', path)
    return {
      path,
      size: () => content.length,
      readSync: (target: Uint8Array, start: number, length: number, position: number) =>
        content.copy(target, start, position, Math.min(content.length, position + length)),
      closeSync() {},
    }
  }

  createSync(path: string) {
    if (!this.#nodes.has(path.slice(0, path.lastIndexOf('/')))) fail('FS_IO_NOT_WRITABLE', path)
    this.#nodes.set(path, Buffer.alloc(0))
    return {
      path,
      writeSync: (bytes: Uint8Array) => {
        this.#nodes.set(path, Buffer.concat([this.#nodes.get(path) as Buffer, bytes]))
      },
      closeSync() {},
    }
  }

  renameSync(from: string, to: string): void {
    for (const [path, content] of [...this.#nodes]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue
      this.#nodes.delete(path)
      this.#nodes.set(to + path.slice(from.length), content)
    }
  }

  removeSync(path: string): void {
    for (const at of [...this.#nodes.keys()]) if (at === path || at.startsWith(`${path}/`)) this.#nodes.delete(at)
  }
}

function fail(code: 'FS_IO_PATH_NOT_FOUND' | 'FS_IO_NOT_WRITABLE', path: string): never {
  throw new FiresteelError(code, { path, reason: 'it is not there' })
}

describe('a file system that was registered', () => {
  test('is written to, planned over and read from as the local one', async () => {
    registerFileSystem(new MemoryFileSystem())
    expect(locate('memory://host/a/').path).toBe('memory://host/a')
    const job = await prepareOutput('memory://host/data/out', { partitions: 2, codec: 'gzip' })
    for (const partition of [0, 1]) {
      const task = { partition, attempt: 0 }
      const writer = openTextWriter(job, task)
      writer.write([`line ${partition}`, 'é'])
      writer.close()
      commitTask(job, task, { canCommit: () => true })
      abortTask(job, task)
    }
    await commitJob(job)
    const splits = planSplits('memory://host/d*/{in,out}/part-*', { minPartitions: 1 }).flat()
    expect(splits.map((split) => split.path)).toEqual([
      'memory://host/data/out/part-00000.gz',
      'memory://host/data/out/part-00001.gz',
    ])
    expect(splits.flatMap((split) => drain(openTextReader(split)))).toEqual(['line 0', 'é', 'line 1', 'é'])
    await expect(prepareOutput('memory://host/data/out', { partitions: 1 })).rejects.toMatchObject({
      code: 'FS_IO_OUTPUT_EXISTS',
    })
  })
})
