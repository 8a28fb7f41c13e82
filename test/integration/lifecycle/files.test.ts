import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { SparkFiles } from 'firesteel'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failureOf } from '../../kit/eventually.js'
import { withContext } from '../../kit/with-context.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

function pack(name: string, ...inside: readonly string[]): string {
  const path = join(folder, name)
  writeFileSync(path, gzipSync(execFileSync('tar', ['cf', '-', '-C', folder, ...inside])))
  return path
}

describe.each(['local[2]', 'local-cluster[2,1,512]'])('on %s', (master) => {
  test('files, folders and archives are there before the task that was made after them', async () => {
    await withContext(master, async ({ sc }) => {
      const rdd = sc.range(0, 4, 1, 4)
      expect(await rdd.count()).toBe(4)
      chmodSync(write('tools/run.sh', '#!/bin/sh\n'), 0o755)
      write('tools/deep/data.txt', 'deep')
      sc.addFile(write('one.txt', 'first'))
      sc.addFile(pathToFileURL(join(folder, 'tools')).href, true)
      sc.addArchive(`${pack('packed.tgz', 'tools')}#unpacked`)
      sc.addArchive(pack('plain.tar.gz', 'one.txt'))
      sc.addFile(`local:${write('everywhere.txt', 'local')}`)
      const names = [
        'one.txt',
        'tools/deep/data.txt',
        'unpacked/tools/deep/data.txt',
        'plain.tar.gz/one.txt',
        'everywhere.txt',
      ]
      const texts = ['first', 'deep', 'deep', 'first', 'local']
      expect(names.map((name) => readFileSync(SparkFiles.get(name), 'utf8'))).toEqual(texts)
      const read = await rdd.map(() => names.map((name) => readFileSync(SparkFiles.get(name), 'utf8'))).collect()
      expect(read).toEqual([texts, texts, texts, texts])
      const modes = await rdd.map(() => statSync(SparkFiles.get('tools/run.sh')).mode & 0o111).collect()
      expect(modes).toEqual([0o111, 0o111, 0o111, 0o111])
      const roots = await rdd
        .map(() => SparkFiles.getRootDirectory())
        .distinct()
        .collect()
      expect(roots.length).toBeLessThanOrEqual(master.startsWith('local[') ? 1 : 2)
      expect(await rdd.map(() => readdirSync(SparkFiles.getRootDirectory()).sort()).first()).toEqual(
        ['everywhere.txt', 'one.txt', 'plain.tar.gz', 'tools', 'unpacked'].sort(),
      )
      const url = (name: string) => pathToFileURL(join(folder, name)).href
      expect(sc.listFiles()).toEqual([url('one.txt'), url('tools'), `local:${join(folder, 'everywhere.txt')}`])
      expect(sc.listArchives()).toEqual([`${url('packed.tgz')}#unpacked`, url('plain.tar.gz')])
    })
  })

  test('added code is imported by name', async () => {
    await withContext(master, async ({ sc }) => {
      sc.addJar(write('tool.mjs', 'export const triple = (n) => n * 3'))
      sc.addJar(write('old.cjs', 'exports.half = (n) => n / 2'))
      write('package/package.json', '{ "name": "@scope/packed", "version": "1.2.3", "main": "main.js" }')
      write('package/main.js', 'exports.minus = (n) => -n')
      sc.addJar(pack('packed-1.2.3.tgz', 'package'))
      expect(sc.listJars().map((url) => url.slice(url.lastIndexOf('/') + 1))).toEqual([
        'tool.mjs',
        'old.cjs',
        'packed-1.2.3.tgz',
      ])
      const results = await sc
        .range(1, 5, 1, 4)
        .map(async (n) => {
          const names = ['tool', 'old', '@scope/packed']
          const [tool, old, packed] = await Promise.all(names.map((name) => import(name)))
          return [tool.triple(n), old.half(n), packed.minus(n)] as number[]
        })
        .collect()
      expect(results).toEqual([
        [3, 0.5, -1],
        [6, 1, -2],
        [9, 1.5, -3],
        [12, 2, -4],
      ])
    })
  })

  test('the same again is nothing new; other contents under the name are refused, or replace it', async () => {
    const read = () => readFileSync(SparkFiles.get('a.txt'), 'utf8')
    await withContext(master, async ({ sc }) => {
      const path = write('a.txt', 'one')
      sc.addFile(path)
      sc.addFile(path)
      expect(sc.listFiles().length).toBe(1)
      write('a.txt', 'two')
      expect(() => sc.addFile(path)).toThrow(/FS_FILES_EXISTS.*'a.txt' was added before with other contents/)
      expect(await sc.range(0, 2, 1, 2).map(read).collect()).toEqual(['one', 'one'])
    })
    const conf = { 'spark.files.overwrite': true }
    await withContext(
      master,
      async ({ sc }) => {
        const path = write('a.txt', 'one')
        sc.addFile(path)
        expect(await sc.range(0, 2, 1, 2).map(read).collect()).toEqual(['one', 'one'])
        write('a.txt', 'two')
        sc.addFile(path)
        expect(await sc.range(0, 2, 1, 2).map(read).collect()).toEqual(['two', 'two'])
      },
      { conf },
    )
  })

  test('settings name files, archives and code from the start', async () => {
    const conf = {
      'spark.files': `${write('a.txt', 'alpha')},${write('b.txt', 'beta')}`,
      'spark.archives': `${pack('c.tgz', 'a.txt')}#c`,
      'spark.jars': write('tool.mjs', 'export const name = "tool"'),
    }
    await withContext(
      master,
      async ({ sc }) => {
        const read = async () => {
          const text = ['a.txt', 'b.txt', 'c/a.txt'].map((name) => readFileSync(SparkFiles.get(name), 'utf8')).join()
          const tool = (await import('tool' as string)) as { name: string }
          return `${text},${tool.name}`
        }
        expect(await sc.range(0, 1).map(read).first()).toBe('alpha,beta,alpha,tool')
      },
      { conf },
    )
  })
})

test('what cannot be added is refused where it is added', async () => {
  await withContext('local[1]', async ({ sc }) => {
    const add = (f: () => void) => expect(f)
    add(() => sc.addFile(join(folder, 'absent'))).toThrow('FS_FILES_NOT_FOUND')
    add(() => sc.addFile(folder)).toThrow(/FS_FILES_DIRECTORY.*it is a directory/)
    for (const scheme of ['hdfs', 'http', 'https', 'ftp', 's3']) {
      add(() => sc.addFile(`${scheme}://host/file`)).toThrow(`files cannot be added from '${scheme}:'`)
    }
    add(() => sc.addArchive(write('a.txt', ''))).toThrow('FS_FILES_KIND')
    add(() => sc.addArchive(`${pack('a.tgz', 'a.txt')}#../b`)).toThrow(/FS_FILES_KIND.*no name for a folder/)
    add(() => sc.addArchive(write('bad.tgz', 'no gzip'))).toThrow('FS_IO_CORRUPT')
    add(() => sc.addJar(write('a.jar', ''))).toThrow('FS_FILES_KIND')
    add(() => sc.addJar(pack('no-package.tgz', 'a.txt'))).toThrow(/FS_FILES_KIND.*it holds no npm package/)
    expect(readdirSync(SparkFiles.getRootDirectory())).toEqual([])
    expect([sc.listFiles(), sc.listArchives(), sc.listJars()]).toEqual([[], [], []])
  })
})

test('a content that changed under way fails the task that needs it, by name', async () => {
  await withContext('local-cluster[1,1,512]', async ({ sc, localDir }) => {
    sc.addFile(write('a.txt', 'right'))
    const [application] = readdirSync(localDir)
    const contents = join(localDir, application as string, 'file-contents')
    for (const name of readdirSync(contents)) writeFileSync(join(contents, name), 'wrong')
    const error = await failureOf(sc.range(0, 1).count())
    expect(error.message).toContain("could not fetch 'a.txt' from the driver")
  })
})
