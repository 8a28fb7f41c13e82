import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FiresteelError } from '../../common/errors/index.js'
import { findApplication, isTarball } from './application.js'
import { bundlePortably, type PortableBundle } from './bundle-portably.js'
import { moduleFiles } from './extra-modules.js'
import { installedPackage, installPackages } from './install-packages.js'
import { packJar, packPackages } from './pack-packages.js'
import type { Submission } from './prepare-application.js'

/** What was submitted for cluster mode. */
export interface ClusterSubmission extends Submission {
  readonly files?: readonly string[]
  readonly archives?: readonly string[]
  /** Takes packages with native add-ons. */
  readonly allowNative?: boolean
}

/** An application for another machine: absolute paths of this one, or URLs that are read there. */
export interface PreparedClusterApplication {
  readonly main: string
  readonly jars: readonly string[]
  readonly files: readonly string[]
  readonly archives: readonly string[]
  readonly packages: readonly string[]
  /** Of the machine that its native code was built for; undefined when there is none. */
  readonly platform?: string
  /** All that travels, for people. */
  readonly contents: readonly Content[]
}

/** Something that travels. */
export interface Content {
  readonly kind: 'application' | 'package' | 'links' | 'jar' | 'file' | 'archive'
  readonly name: string
  readonly bytes: number
}

/**
 * Makes an application ready for a machine that has nothing but Firesteel: one module of the user's own files; the packages that those import,
 * or that were asked for by name, as they are installed here; and the other files that were named. Nothing else travels.
 *
 * @throws FS_SUBMIT_APPLICATION, FS_SUBMIT_FILE, FS_SUBMIT_PACKAGES, FS_SUBMIT_NO_ESBUILD, FS_SUBMIT_BUNDLE, FS_SUBMIT_NATIVE
 */
export async function prepareClusterApplication(submission: ClusterSubmission): Promise<PreparedClusterApplication> {
  const { application: given, excludedPackages, repositories = [], allowNative = false } = submission
  const place = (paths: readonly string[] | undefined, kind: string) => (paths ?? []).map((path) => placeOf(path, kind))
  const [jars, files, archives] = [
    place(submission.jars, '--jars'),
    place(submission.files, '--files'),
    place(submission.archives, '--archives'),
  ]
  const tarballs = jars.filter((jar) => isTarball(jar) && !isUrl(jar))
  const scripts = jars.filter((jar) => !tarballs.includes(jar))
  for (const jar of scripts)
    if (!/\.[cm]?js$/.test(jar)) throw refused('--jars', jar, 'it is neither a JavaScript file nor an npm tarball')
  const specs = [...(submission.packages ?? []), ...tarballs]
  const options = { excluded: excludedPackages, registry: repositories[0] }
  const folders = specs.length === 0 ? [] : [await installPackages(specs, options)]
  const named = moduleFiles(scripts)
  const { path: main, imports } = await bundleOf(given, { files: named, folders })
  const packed = packPackages({ imports, folders, allowNative, taken: Object.keys(named) })
  const jarArchives = scripts.filter((jar) => !isUrl(jar)).map((jar) => packJar(jar))
  const packages = [...packed.packages.map(({ path }) => path), ...(packed.links === undefined ? [] : [packed.links])]
  return {
    main,
    jars: scripts,
    files,
    archives,
    packages: [...packages, ...jarArchives],
    platform: packed.hasNativeCode ? `${process.platform}-${process.arch}` : undefined,
    contents: [
      ...describe('application', [main]),
      ...packed.packages.map(({ name, version, path }) => content('package', path, `${name}@${version}`)),
      ...describe('links', packed.links === undefined ? [] : [packed.links]),
      ...describe('jar', [...scripts, ...jarArchives]),
      ...describe('file', files),
      ...describe('archive', archives),
    ],
  }
}

/** One that lies on the workers already, or that they fetch, runs there as it is. */
async function bundleOf(given: string, extra: Parameters<typeof bundlePortably>[1]): Promise<PortableBundle> {
  const place = isUrl(given) ? urlOf(given, '') : undefined
  if (place !== undefined && isUrl(place)) {
    checkScheme(place, (reason) => new FiresteelError('FS_SUBMIT_APPLICATION', { path: given, reason }))
    return { path: place, imports: [] }
  }
  const path = place ?? resolve(given)
  const folder = isTarball(path) ? installedPackage(await installPackages([path])) : path
  const application = findApplication(given, folder)
  return bundlePortably(application, extra)
}

/** Absolute path, with its `#alias` if there is one, or the URL that the workers read. */
function placeOf(given: string, kind: string): string {
  if (isUrl(given)) {
    const place = urlOf(given, kind)
    if (!isUrl(place)) return placeOf(place, kind)
    checkScheme(place, (reason) => refused(kind, given, reason))
    return place
  }
  const [path, alias] = takeApart(given)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw refused(kind, given, 'there is no such file')
  if (stat.isDirectory()) throw refused(kind, given, 'it is a folder; pack it, and name the archive in --archives')
  return `${resolve(path)}${alias}`
}

function takeApart(given: string): [path: string, alias: string] {
  const hash = given.lastIndexOf('#')
  if (hash < 0 || statSync(given, { throwIfNoEntry: false }) !== undefined) return [given, '']
  return [given.slice(0, hash), given.slice(hash)]
}

const isUrl = (place: string): boolean => /^[a-z][a-z0-9+.-]+:/i.test(place) && !/^[a-z]:[\\/]/i.test(place)

/** `file:` means this machine, and becomes a path. */
function urlOf(given: string, kind: string): string {
  if (!/^file:/i.test(given)) return given
  const [url, alias] = /^([^#]*)(#.*)?$/.exec(given)?.slice(1) ?? []
  try {
    return `${fileURLToPath((url as string).replace(/^file:(?!\/\/)/i, 'file://'))}${alias ?? ''}`
  } catch (cause) {
    throw refused(kind, given, (cause as Error).message)
  }
}

function checkScheme(url: string, fail: (reason: string) => Error): void {
  const scheme = url.slice(0, url.indexOf(':')).toLowerCase()
  if (scheme === 'local' || scheme === 'http' || scheme === 'https') return
  throw fail(`workers read local:, http: and https:, not ${scheme}:; copy it to one of those, or here`)
}

function refused(kind: string, path: string, reason: string): FiresteelError {
  return new FiresteelError('FS_SUBMIT_FILE', { kind, path, reason })
}

function describe(kind: Content['kind'], places: readonly string[]): Content[] {
  return places.filter((place) => !isUrl(place)).map((place) => content(kind, takeApart(place)[0], basename(place)))
}

function content(kind: Content['kind'], path: string, name: string): Content {
  return { kind, name, bytes: statSync(path).size }
}
