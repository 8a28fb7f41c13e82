import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setImmediate as pause } from 'node:timers/promises'
import { ARCHIVES, DRIVER_MEMORY, FILES, JARS } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { distFile } from '../../common/index.js'
import type { ClusterApplication } from '../../scheduler/index.js'
import { placePackages } from '../submit/index.js'
import type { DriverLaunchData } from './driver-launch.js'
import { makeFolder } from './work-folder.js'

export interface DriverStartOptions extends SpawnOptions {
  /** The driver's own folder: its packages are unpacked there. */
  readonly folder: string
  /** The driver goes on when whoever started it ends. Unless it does, the end of its standard input ends it. */
  readonly outlivesLauncher?: boolean
}

const mib = 1_048_576

/**
 * Starts the driver of an application for cluster mode as a process of this machine, on which all that it consists of must lie. Its settings
 * travel over its standard input, so that nothing secret stands in argv; so the first of `stdio` must be `pipe`, as it is by default.
 *
 * @throws FS_WORKER_ENTRY_MISSING, FS_WORKER_FOLDER, FS_IO_ARCHIVE, FS_IO_CORRUPT
 */
export async function startDriverProcess(
  application: ClusterApplication,
  { folder, outlivesLauncher = false, ...options }: DriverStartOptions,
): Promise<ChildProcess> {
  const entry = distFile('driver-process.js')
  if (!existsSync(entry)) throw new FiresteelError('FS_WORKER_ENTRY_MISSING', { file: entry })
  makeFolder(folder)
  const { main, className, args, jars, files, archives, packages, conf } = application
  const settings = conf.clone()
  if (jars.length > 0) settings.set(JARS, jars)
  if (files.length > 0) settings.set(FILES, files)
  if (archives.length > 0) settings.set(ARCHIVES, archives)
  const launch: DriverLaunchData = {
    application: main,
    className,
    args,
    settings: Object.fromEntries(settings.getAll()),
    jars,
    moduleFolders: await unpack(folder, packages),
    outlivesLauncher,
  }
  const heap = `--max-old-space-size=${Math.ceil(conf.get(DRIVER_MEMORY) / mib)}`
  const child = spawn(process.execPath, ['--enable-source-maps', heap, entry], options)
  child.stdin?.on('error', () => undefined)
  child.stdin?.write(`${JSON.stringify(launch)}\n`)
  if (outlivesLauncher) child.stdin?.end()
  return child
}

async function unpack(folder: string, packages: readonly string[]): Promise<readonly string[]> {
  const archives = packages.map((path) => ({ path, name: path }))
  const placing = placePackages(folder, archives)
  for (;;) {
    const step = placing.next()
    if (step.done) return step.value
    await pause()
  }
}
