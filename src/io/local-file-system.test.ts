import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testFolder } from './io.test-kit.js'
import { localFileSystem } from './local-file-system.js'

const folder = testFolder()

describe('the local file system', () => {
  test('tells what is there', () => {
    mkdirSync(join(folder, 'd'))
    writeFileSync(join(folder, 'd/b'), 'xyz')
    writeFileSync(join(folder, 'd/a'), '')
    symlinkSync(join(folder, 'gone'), join(folder, 'd/dangling'))
    expect(localFileSystem.stat(join(folder, 'd/b'))).toMatchObject({ kind: 'file', size: 3 })
    expect(localFileSystem.stat(join(folder, 'd'))).toMatchObject({ kind: 'directory', size: 0 })
    expect(localFileSystem.stat(join(folder, 'd/b/c'))).toBeUndefined()
    expect(localFileSystem.list(join(folder, 'd')).map((status) => status.path)).toEqual([
      join(folder, 'd/a'),
      join(folder, 'd/b'),
    ])
  })

  test('names a path that cannot be read or written, and why', () => {
    expect(() => localFileSystem.list(join(folder, 'none'))).toThrow(
      expect.objectContaining({ code: 'FS_IO_NOT_READABLE', message: expect.stringContaining(join(folder, 'none')) }),
    )
    writeFileSync(join(folder, 'file'), 'x')
    expect(() => localFileSystem.createSync(join(folder, 'file/x'))).toThrow(
      expect.objectContaining({ code: 'FS_IO_NOT_WRITABLE', message: expect.stringContaining('(ENOTDIR)') }),
    )
    const directory = localFileSystem.openSync(folder)
    expect(() => directory.readSync(new Uint8Array(4), 0, 4, 0)).toThrow(/it is a directory \(EISDIR\)/)
    directory.closeSync()
  })

  test('says when the disk is full, and how much is free', () => {
    // Linux has a device on which every write finds no room.
    if (!existsSync('/dev/full')) return
    const file = localFileSystem.createSync('/dev/full')
    expect(() => file.writeSync(Buffer.from('x'))).toThrow(
      expect.objectContaining({
        code: 'FS_IO_DISK_FULL',
        message: expect.stringMatching(/'\/dev\/full' failed with \d+ bytes/),
      }),
    )
    file.closeSync()
  })
})
