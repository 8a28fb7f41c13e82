import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './dist-file.js'

/** Set when dist/ is built. */
declare const __FIRESTEEL_VERSION__: string | undefined

/** Version of this package. */
export function firesteelVersion(): string {
  if (typeof __FIRESTEEL_VERSION__ === 'string') return __FIRESTEEL_VERSION__
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version
}
