import type { AnyConfigEntry } from './config-entry.js'
import * as application from './entries/application.js'
import * as executor from './entries/executor.js'
import * as network from './entries/network.js'
import * as scheduler from './entries/scheduler.js'
import * as shuffle from './entries/shuffle.js'
import * as standalone from './entries/standalone.js'
import * as storage from './entries/storage.js'
import * as submission from './entries/submission.js'
import * as web from './entries/web.js'

/** A part of the page of settings. */
export interface ConfigSection {
  readonly title: string
  readonly entries: readonly AnyConfigEntry[]
}

/** Every setting there is. */
export const configSections: readonly ConfigSection[] = [
  { title: 'Application and driver', entries: Object.values(application) },
  { title: 'Executors, tasks and memory', entries: Object.values(executor) },
  { title: 'Scheduling', entries: Object.values(scheduler) },
  { title: 'Shuffle and compression', entries: Object.values(shuffle) },
  { title: 'Storage, broadcast and files', entries: Object.values(storage) },
  { title: 'Network and security', entries: Object.values(network) },
  { title: 'Submission in cluster mode', entries: Object.values(submission) },
  { title: 'Standalone cluster', entries: Object.values(standalone) },
  { title: 'Web pages', entries: Object.values(web) },
]

let byKey: Map<string, AnyConfigEntry> | undefined

/** The entry with this key or alias. */
export function findEntry(key: string): AnyConfigEntry | undefined {
  byKey ??= new Map(
    configSections
      .flatMap((section) => section.entries)
      .flatMap((entry) => [entry.key, ...entry.aliases].map((name): [string, AnyConfigEntry] => [name, entry])),
  )
  return byKey.get(key)
}
