import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../common/index.js'
import { unpackArchive } from '../../io/index.js'
import { installedFolder } from './pack-packages.js'

/**
 * Unpacks what `packPackages` packed beside an application, and links Firesteel itself there: this installation, whatever other ones may lie
 * in folders above. What an earlier start left is removed. A generator, since it takes long.
 *
 * @param archives paths; `name` tells the kind of archive
 * @returns folders whose node_modules tasks import from as well
 * @throws FS_IO_ARCHIVE, FS_IO_CORRUPT
 */
export function* placePackages(
  folder: string,
  archives: readonly { readonly path: string; readonly name: string }[],
): Generator<void, readonly string[]> {
  const modules = join(folder, 'node_modules')
  const installed = join(folder, installedFolder)
  for (const earlier of [modules, installed]) rmSync(earlier, { recursive: true, force: true })
  for (const { path, name } of archives) yield* unpackArchive(path, folder, { name })
  const own = join(modules, 'firesteel')
  mkdirSync(modules, { recursive: true })
  if (lstatSync(own, { throwIfNoEntry: false }) === undefined) symlinkSync(packageRoot(), own, 'junction')
  return existsSync(installed) ? [installed] : []
}
