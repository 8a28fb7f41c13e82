import { readdir, rm, stat } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { foldersToRemove, type OldFolder } from './clean-up.js'
import { runningRecords } from './process-record.js'

/**
 * Removes the folders of applications and drivers that have ended longer than this ago. Those of other workers that share the work folder
 * count while one of their processes runs.
 *
 * @param running names of the folders in which this worker runs something
 * @returns names of the removed folders
 */
export async function cleanWorkFolder(
  workDir: string,
  options: { readonly running: ReadonlySet<string>; readonly now: number; readonly ttlMs: number },
): Promise<string[]> {
  const others = runningRecords(workDir).map(({ folder }) => relative(workDir, folder).split(/[\\/]/)[0] ?? '')
  const running = new Set([...options.running, ...others])
  const removed = foldersToRemove(await ownFolders(workDir), { ...options, running })
  for (const name of removed) await rm(join(workDir, name), { recursive: true, force: true, maxRetries: 3 })
  return removed
}

/** Folders in which a process of ours has left its output, itself or one below. */
async function ownFolders(workDir: string): Promise<OldFolder[]> {
  const folders: OldFolder[] = []
  for (const entry of await readdir(workDir, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue
    const folder = join(workDir, entry.name)
    const paths = await pathsBelow(folder)
    if (!paths.some((path) => basename(path) === 'stderr')) continue
    const times = await Promise.all(
      [folder, ...paths].map((path) =>
        stat(path).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      ),
    )
    folders.push({ name: entry.name, usedAt: Math.max(...times) })
  }
  return folders
}

/** What is in a folder, and in the folders in it. */
async function pathsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const paths = entries.map((entry) => join(folder, entry.name))
  const below = entries.map(async (entry) => {
    if (!entry.isDirectory()) return []
    const inner = join(folder, entry.name)
    return (await readdir(inner).catch(() => [])).map((name) => join(inner, name))
  })
  return [...paths, ...(await Promise.all(below)).flat()]
}
