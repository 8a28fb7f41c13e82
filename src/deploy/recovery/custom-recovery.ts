import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DEPLOY_RECOVERY_MODE_FACTORY, type SparkConf } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import type { RecoveryMode } from './recovery-mode.js'

/** What a module for CUSTOM exports as `recoveryMode`. */
export type RecoveryModeFactory = (conf: SparkConf) => RecoveryMode | Promise<RecoveryMode>

/** CUSTOM: the module that `spark.deploy.recoveryMode.factory` names, by path or by package, says how. */
export async function customRecovery(conf: SparkConf): Promise<RecoveryMode> {
  const { key } = DEPLOY_RECOVERY_MODE_FACTORY
  const module = conf.get(DEPLOY_RECOVERY_MODE_FACTORY)
  if (module === undefined) {
    throw new FiresteelError('FS_RECOVERY_SETTING', { mode: 'CUSTOM', key, problem: 'it is not set' })
  }
  const refuse = (problem: string, cause?: unknown) =>
    new FiresteelError('FS_RECOVERY_MODULE', { module, problem }, { cause })
  let exported: unknown
  try {
    exported = ((await import(urlOf(module))) as { recoveryMode?: unknown }).recoveryMode
  } catch (error) {
    throw refuse((error as Error).message, error)
  }
  if (typeof exported !== 'function') throw refuse('it does not export a function `recoveryMode`')
  const mode = (await (exported as RecoveryModeFactory)(conf)) as Partial<RecoveryMode> | undefined
  if (typeof mode?.open !== 'function') throw refuse('its `recoveryMode` gave nothing that can be opened')
  return mode as RecoveryMode
}

/** A path counts from the working folder, and so does the search for a package. */
function urlOf(module: string): string {
  if (module.startsWith('file:')) return module
  const isPath = /^(?:[./\\]|[a-z]:[/\\])/i.test(module)
  const path = isPath ? resolve(module) : createRequire(join(process.cwd(), 'index.js')).resolve(module)
  return pathToFileURL(path).href
}
