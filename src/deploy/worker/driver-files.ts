import { constants, copyFileSync, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ApplicationFile, DriverDescription } from '../../cluster/standalone/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { placePackages } from '../submit/index.js'
import type { BlobCache } from './blob-cache.js'
import { fileName, makeFolder } from './work-folder.js'

export interface DriverFilesOptions {
  /** The driver's work folder. */
  readonly folder: string
  readonly blobs: BlobCache
  /** Milliseconds for the next bytes of a download. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** What a driver consists of, by path on this machine. */
export interface DriverFiles {
  readonly application: string
  readonly jars: readonly string[]
  readonly files: readonly string[]
  readonly archives: readonly string[]
  /** Folders whose node_modules holds what the client installed; empty or one. */
  readonly moduleFolders: readonly string[]
}

/**
 * Puts what a driver consists of into its work folder. The installed packages lie above the application, where Node looks for them by itself.
 * @throws FS_WORKER_FETCH, FS_WORKER_NAME, FS_IO_ARCHIVE, FS_IO_CORRUPT
 */
export async function placeDriverFiles(driver: DriverDescription, options: DriverFilesOptions): Promise<DriverFiles> {
  const { folder } = options
  const place = (file: ApplicationFile, into: string): Promise<string> => placeFile(file, into, options)
  const all = (files: readonly ApplicationFile[], name: string): Promise<string[]> =>
    Promise.all(files.map((file, at) => place(file, join(folder, name, String(at)))))
  const [application, jars, files, archives] = await Promise.all([
    place(driver.application, join(folder, 'application')),
    all(driver.jars, 'jars'),
    all(driver.files, 'files'),
    all(driver.archives, 'archives'),
  ])
  const packages = await Promise.all(
    driver.packages.map(async (file) => {
      const path = file.kind === 'blob' ? await options.blobs.get(file, options.signal) : await place(file, folder)
      return { path, name: file.kind === 'blob' ? file.name : path }
    }),
  )
  return { application, jars, files, archives, moduleFolders: await unpackPackages(packages, options) }
}

/** A file keeps its name; what stands behind `#` names it anew for the application and stays where it was. */
async function placeFile(file: ApplicationFile, into: string, options: DriverFilesOptions): Promise<string> {
  if (file.kind === 'url') return placeUrl(file.url, into, options)
  const [name, fragment] = splitFragment(file.name)
  const path = await options.blobs.get(file, options.signal)
  makeFolder(into)
  const target = join(into, fileName(name))
  rmSync(target, { force: true })
  // A copy: what the application does to it, it does to its own.
  copyFileSync(path, target, constants.COPYFILE_FICLONE)
  return `${target}${fragment}`
}

async function placeUrl(given: string, into: string, options: DriverFilesOptions): Promise<string> {
  const [url, fragment] = splitFragment(given)
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? 'file'
  switch (scheme) {
    case 'file':
    case 'local': {
      const path = localPath(url)
      if (existsSync(path)) return `${path}${fragment}`
      throw failure(given, `there is no ${path} on this worker`)
    }
    case 'http':
    case 'https':
      return `${await download(url, into, options)}${fragment}`
    default:
      throw failure(given, `workers read file:, local:, http: and https:, not ${scheme}:`)
  }
}

function localPath(url: string): string {
  if (url.startsWith('file://')) return fileURLToPath(url)
  return decodeURIComponent(url.replace(/^(?:file|local):(?:\/\/(?=\/))?/i, ''))
}

async function download(url: string, into: string, { signal, timeoutMs }: DriverFilesOptions): Promise<string> {
  makeFolder(into)
  const name = decodeURIComponent(basename(new URL(url).pathname)) || 'download'
  const target = join(into, fileName(name))
  const silence = new AbortController()
  const late = (): void => silence.abort(failure(url, `nothing has come for ${timeoutMs} ms`))
  let timer = setTimeout(late, timeoutMs)
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, silence.signal]), redirect: 'follow' })
    if (!answer.ok || answer.body === null) throw failure(url, `the server answered ${answer.status}`)
    const heard = async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces) {
        clearTimeout(timer)
        timer = setTimeout(late, timeoutMs)
        yield piece
      }
    }
    const draft = `${target}.part`
    await pipeline(Readable.fromWeb(answer.body as never), heard, createWriteStream(draft, { mode: 0o600 }))
    renameSync(draft, target)
    return target
  } catch (error) {
    if (signal.aborted || error instanceof FiresteelError) throw error
    const cause = (error as Error).cause
    throw failure(url, `${(error as Error).message}${cause instanceof Error ? ` (${cause.message})` : ''}`, error)
  } finally {
    clearTimeout(timer)
  }
}

/** Unpacks the installed packages beside the application. */
async function unpackPackages(
  archives: readonly { readonly path: string; readonly name: string }[],
  { folder, signal }: DriverFilesOptions,
): Promise<readonly string[]> {
  const placing = placePackages(folder, archives)
  let since = performance.now()
  for (let step = placing.next(); ; step = placing.next()) {
    if (step.done) return step.value
    signal.throwIfAborted()
    // The worker has heartbeats to send meanwhile.
    if (performance.now() - since < 10) continue
    await pause()
    since = performance.now()
  }
}

/** A path with its `#name`, if it has one. */
function splitFragment(text: string): [path: string, fragment: string] {
  const at = text.indexOf('#')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)]
}

function failure(name: string, problem: string, cause?: unknown): FiresteelError {
  return new FiresteelError('FS_WORKER_FETCH', { name, problem }, { cause })
}
