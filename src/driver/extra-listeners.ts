import { FiresteelError } from '../common/errors/index.js'
import { moduleUrl } from '../common/index.js'
import type { SparkListener } from '../listener/index.js'

/**
 * One listener of each module that `spark.extraListeners` names, by path or package.
 *
 * @param folder where relative paths and packages are looked up
 * @throws FS_CONTEXT_LISTENER when a module cannot be loaded or its default export is not a class
 */
export function extraListeners(names: readonly string[], folder: string): Promise<SparkListener[]> {
  return Promise.all(names.map((name) => load(name, folder)))
}

async function load(name: string, folder: string): Promise<SparkListener> {
  try {
    const { default: Listener } = (await import(moduleUrl(name, folder))) as { default?: new () => SparkListener }
    if (typeof Listener !== 'function') throw new Error('it has no class as its default export')
    return new Listener()
  } catch (cause) {
    throw new FiresteelError('FS_CONTEXT_LISTENER', { name, problem: (cause as Error).message }, { cause })
  }
}
