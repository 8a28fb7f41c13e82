import { REDACTION_REGEX } from './entries/application.js'
import { findEntry } from './registry.js'

/** What is shown in place of a secret. */
export const redacted = '*********(redacted)'

/**
 * The value as it may be shown: hidden when the registry calls the key secret, or when the key or the value matches the pattern.
 *
 * @param pattern that of `spark.redaction.regex` unless given
 */
export function redact(key: string, value: string, pattern: RegExp = REDACTION_REGEX.default): string {
  const isSecret = findEntry(key)?.secret === true || pattern.test(key) || pattern.test(value)
  return isSecret && key !== REDACTION_REGEX.key && value !== '' ? redacted : value
}
