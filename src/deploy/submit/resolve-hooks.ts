import { register } from 'node:module'
import { type ExtraModules, findExtraModule } from './extra-modules.js'
import { ownPackageUrl } from './own-package.js'

/** What the hook below is given: names it answers for when Node itself finds nothing. */
interface Answers {
  readonly modules: Readonly<Record<string, string>>
  readonly folders: readonly string[]
}

/** Runs in Node's thread of hooks, from its text; so it imports nothing of ours. */
const hooks = `
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
let answers
export function initialize(data) { answers = data }
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context)
  } catch (error) {
    const url = Object.hasOwn(answers.modules, specifier) ? answers.modules[specifier] : fromFolders(specifier)
    if (url === undefined) throw error
    return { url, shortCircuit: true }
  }
}
function fromFolders(specifier) {
  for (const folder of answers.folders) {
    try {
      return pathToFileURL(createRequire(folder + '/index.js').resolve(specifier)).href
    } catch {}
  }
}`

/** Lets a JavaScript application, which is not bundled, import this package and the extra modules from wherever it lies. */
export function registerResolveHooks(extra: ExtraModules): void {
  const own = ['firesteel', 'firesteel/testing'].map((name) => [name, ownPackageUrl(name)!])
  const files = Object.keys(extra.files).map((name) => [name, findExtraModule(name, extra)!])
  const data: Answers = { modules: Object.fromEntries([...own, ...files]), folders: extra.folders }
  register(`data:text/javascript,${encodeURIComponent(hooks)}`, { data })
}
