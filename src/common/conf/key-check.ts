import { nearest } from '../edit-distance.js'
import { isFamily, sparkKeys, whyWithoutEffect } from './known-to-spark.js'
import { configSections, findEntry } from './registry.js'
import { reservedKeys } from './reserved-keys.js'

/** Something odd about a key; never a reason to stop. */
export interface ConfWarning {
  readonly key: string
  readonly kind: 'unknown' | 'no-effect' | 'renamed'
  /** A sentence for people. */
  readonly text: string
}

/** What is odd about a key, if anything. Keys outside of `spark.` are nobody's business here. */
export function warningFor(key: string): ConfWarning | undefined {
  if (!key.startsWith('spark.')) return undefined
  const entry = findEntry(key)
  if (entry?.key === key) {
    const why = reservedKeys.get(key)
    if (why === undefined) return undefined
    return { key, kind: 'no-effect', text: `${key} has no effect in this version of Firesteel: ${why}` }
  }
  if (entry !== undefined) {
    return { key, kind: 'renamed', text: `${key} is an older name of ${entry.key}, which should be used instead` }
  }
  if (isFamily(key)) return undefined
  const reason = whyWithoutEffect(key)
  if (reason !== undefined) {
    return { key, kind: 'no-effect', text: `${key} is known to Spark but has no effect in Firesteel: ${reason}` }
  }
  const names = configSections.flatMap((section) => section.entries.map((known) => known.key))
  const meant = nearest(key, names) ?? nearest(key, sparkKeys())
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  return { key, kind: 'unknown', text: `${key} is not a setting that Firesteel or Spark knows${hint}` }
}
