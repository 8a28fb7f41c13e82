import { memoryOf } from './memory-of.js'

/**
 * SPARK_DAEMON_MEMORY is the limit of a daemon's heap, which Node takes when it starts only: `bin/firesteel-launch` and the scripts of sbin/ pass
 * it. A sentence when it was set in vain.
 *
 * @throws FS_SUBMIT_FLAG_VALUE
 */
export function memoryWarning(
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
): string | undefined {
  const mebibytes = memoryOf(env.SPARK_DAEMON_MEMORY, 'SPARK_DAEMON_MEMORY')
  if (mebibytes === undefined) return undefined
  const words = [...argv, ...(env.NODE_OPTIONS ?? '').split(/\s+/)]
  if (words.some((word) => /^--max[-_]old[-_]space[-_]size/.test(word))) return undefined
  return `SPARK_DAEMON_MEMORY has no effect on a daemon that is started by node itself: set NODE_OPTIONS=--max-old-space-size=${mebibytes}`
}
