import { randomUUID } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** What is being written has names that begin so; what a crash left of them is removed. */
export const temporaryPrefix = '.tmp-'

/** Writes a file whole to the disk, under a temporary name. Whoever renames it makes it count. */
export async function writeTemporary(folder: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, `${temporaryPrefix}${randomUUID()}`)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    return path
  } catch (error) {
    await unlink(path).catch(() => undefined) // the first error is the one to tell
    throw error
  }
}

/** Replaces a file: a reader, also one after a crash, finds the old one or the new one. */
export async function replaceFile(folder: string, name: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = await writeTemporary(folder, bytes)
  try {
    await rename(temporary, join(folder, name))
  } catch (error) {
    await unlink(temporary).catch(() => undefined) // the first error is the one to tell
    throw error
  }
  await syncFolder(folder)
}

/** Makes what was renamed and removed in a folder durable. Windows knows no such thing, and does it by itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
