import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findApplication, isTarball } from './application.js'
import { bundleApplication } from './bundle-application.js'
import { type ExtraModules, moduleFiles } from './extra-modules.js'
import { installedPackage, installPackages } from './install-packages.js'
import { registerResolveHooks } from './resolve-hooks.js'

/** What was submitted and what comes with it. */
export interface Submission {
  readonly application: string
  /** JavaScript files and npm tarballs to import by name. */
  readonly jars?: readonly string[]
  /** npm packages, as `name@version`. */
  readonly packages?: readonly string[]
  readonly excludedPackages?: readonly string[]
  readonly repositories?: readonly string[]
  /** Folders whose node_modules holds packages that are installed already. */
  readonly moduleFolders?: readonly string[]
}

/** An application that can be imported. */
export interface PreparedApplication {
  /** Absolute path of the user's own entry file. */
  readonly entry: string
  /** What to import: the bundle of a TypeScript application, else the entry itself. */
  readonly url: string
  /** Folders whose node_modules holds what was installed for it. */
  readonly moduleFolders: readonly string[]
}

/**
 * Makes an application ready to be imported in this process: installs what it needs, bundles TypeScript, and lets plain JavaScript import
 * this package and the extra modules.
 *
 * @throws FS_SUBMIT_APPLICATION, FS_SUBMIT_PACKAGES, FS_SUBMIT_NO_ESBUILD, FS_SUBMIT_BUNDLE
 */
export async function prepareApplication(submission: Submission): Promise<PreparedApplication> {
  const { application: given } = submission
  const extra = await gatherExtraModules(submission)
  const path = isTarball(given) ? installedPackage(await installPackages([resolve(given)])) : resolve(given)
  const application = findApplication(given, path)
  if (application.language === 'typescript') {
    const bundle = await bundleApplication(application, extra)
    return { entry: application.entry, url: pathToFileURL(bundle).href, moduleFolders: extra.folders }
  }
  const hasExtra = extra.folders.length > 0 || Object.keys(extra.files).length > 0
  if (hasExtra || !canResolveOurselves(application.entry)) registerResolveHooks(extra)
  return { entry: application.entry, url: pathToFileURL(application.entry).href, moduleFolders: extra.folders }
}

async function gatherExtraModules(submission: Submission): Promise<ExtraModules> {
  const { jars = [], packages = [], excludedPackages, repositories = [], moduleFolders = [] } = submission
  const specs = [...packages, ...jars.filter(isTarball).map((jar) => resolve(jar))]
  const options = { excluded: excludedPackages, registry: repositories[0] }
  const installed = specs.length === 0 ? [] : [await installPackages(specs, options)]
  return { files: moduleFiles(jars), folders: [...moduleFolders, ...installed] }
}

function canResolveOurselves(entry: string): boolean {
  try {
    createRequire(entry).resolve('firesteel')
    return true
  } catch {
    return false
  }
}
