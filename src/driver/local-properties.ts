import { AsyncLocalStorage } from 'node:async_hooks'

/** Keys of the properties that name a job's group, its description, and its tags (as in Spark's). */
export const jobGroupProperty = 'spark.jobGroup.id'
export const jobDescriptionProperty = 'spark.job.description'
export const jobTagsProperty = 'spark.job.tags'
export const interruptOnCancelProperty = 'spark.job.interruptOnCancel'

type Properties = Readonly<Record<string, string>>

/**
 * Properties that jobs take from where they are submitted. They belong to the asynchronous context: what is set holds for the rest of the
 * function and everything it starts, and does not reach contexts that were there before.
 */
export class LocalProperties {
  readonly #storage = new AsyncLocalStorage<Properties>()

  get all(): Properties {
    return this.#storage.getStore() ?? {}
  }

  get(key: string): string | undefined {
    return this.all[key]
  }

  /** Undefined removes the property. */
  set(key: string, value: string | undefined): void {
    this.setAll({ [key]: value })
  }

  setAll(values: Readonly<Record<string, string | undefined>>): void {
    this.#storage.enterWith(merged(this.all, values))
  }

  /** Runs `body` with further properties; they are gone after it. */
  run<R>(values: Readonly<Record<string, string | undefined>>, body: () => R): R {
    return this.#storage.run(merged(this.all, values), body)
  }

  get tags(): readonly string[] {
    const text = this.get(jobTagsProperty)
    return text === undefined || text === '' ? [] : text.split(',')
  }

  setTags(tags: Iterable<string>): void {
    const text = [...new Set(tags)].join(',')
    this.set(jobTagsProperty, text === '' ? undefined : text)
  }
}

function merged(old: Properties, values: Readonly<Record<string, string | undefined>>): Properties {
  const next: Record<string, string> = { ...old }
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) delete next[key]
    else next[key] = value
  }
  return next
}
