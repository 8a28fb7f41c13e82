import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FiresteelError } from '../errors/index.js'
import type { SourcedSettings, SourcedValue } from './conf-source.js'
import { parseProperties } from './properties-text.js'

/** The part of the environment that says where `spark-defaults.conf` is. */
export interface DefaultsEnvironment {
  readonly SPARK_CONF_DIR?: string | undefined
  readonly SPARK_HOME?: string | undefined
}

/** Path of `spark-defaults.conf`: in SPARK_CONF_DIR, else in SPARK_HOME/conf; undefined when there is none. */
export function findDefaultsFile(environment: DefaultsEnvironment): string | undefined {
  const { SPARK_CONF_DIR: confDir, SPARK_HOME: home } = environment
  const folder = confDir || (home && join(home, 'conf'))
  if (!folder) return undefined
  const path = join(folder, 'spark-defaults.conf')
  return existsSync(path) ? path : undefined
}

/**
 * Reads a properties file. Of a key that occurs twice the last value counts.
 *
 * @throws FS_CONF_FILE when it cannot be read, FS_CONF_FILE_LINE when a line is malformed
 */
export function readPropertiesFile(path: string): SourcedSettings {
  const settings = new Map<string, SourcedValue>()
  for (const { key, value, line } of parseProperties(readText(path), path)) {
    settings.set(key, { value, source: { kind: 'file', path, line } })
  }
  return settings
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new FiresteelError('FS_CONF_FILE', { path, reason: (cause as Error).message }, { cause })
  }
}
