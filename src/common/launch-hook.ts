/*
 * Between an application and whoever launched it: the context says what becomes of it and how it can be stopped, and knows nothing of who
 * listens. Nobody does in a program that was started otherwise.
 */

/** What the launched side tells. States are spelt as Spark's launcher spells them. */
export interface LaunchUpdate {
  readonly state: 'CONNECTED' | 'SUBMITTED' | 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED' | 'LOST'
  /** Of the application; in cluster deploy mode that of the submission. */
  readonly appId?: string
  /** Why it failed. */
  readonly message?: string
}

export interface LaunchHook {
  report(update: LaunchUpdate): void
  /** How the application can be stopped from now on. Returns what takes that back. */
  onStop(stop: () => Promise<unknown>): () => void
}

/** On the global object, so that an application that brings its own copy of the package sees it too. */
const slot: unique symbol = Symbol.for('firesteel.launchHook')
const holder = globalThis as { [slot]?: LaunchHook | undefined }

export function setLaunchHook(hook: LaunchHook | undefined): void {
  holder[slot] = hook
}

export function launchHook(): LaunchHook | undefined {
  return holder[slot]
}
