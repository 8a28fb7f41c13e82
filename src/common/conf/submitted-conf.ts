import type { SourcedSettings } from './conf-source.js'

/** On the global object, so that an application that brings its own copy of the package sees it too. */
const slot: unique symbol = Symbol.for('firesteel.submittedConf')
const holder = globalThis as { [slot]?: SourcedSettings | undefined }

/** Leaves the settings of `spark-submit` for the application that it runs in this process. */
export function setSubmittedConf(settings: SourcedSettings | undefined): void {
  holder[slot] = settings
}

/** The settings that `spark-submit` left; empty in a program that was started otherwise. */
export function submittedConf(): SourcedSettings {
  return holder[slot] ?? new Map()
}
