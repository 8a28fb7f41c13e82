import { setTimeout as sleep } from 'node:timers/promises'

/** Looks again and again until there is something; the error names what was waited for. */
export async function eventually<T>(
  what: string | (() => string),
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = 60_000, intervalMs = 10 } = {},
): Promise<T> {
  for (const deadline = performance.now() + timeoutMs; ; await sleep(intervalMs)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms in vain for ${typeof what === 'string' ? what : what()}`)
  }
}

/** The promise, or an error when it has not settled by then: a job that hangs fails its test by name. */
export async function within<T>(timeoutMs: number, what: string, promise: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What a promise is rejected with, within a deadline. */
export async function failureOf(promise: PromiseLike<unknown>, timeoutMs = 60_000): Promise<Error> {
  const outcome = await within(
    timeoutMs,
    'what should fail',
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
  )
  if ('error' in outcome) return outcome.error as Error
  throw new Error(`it should have failed, but gave ${JSON.stringify(outcome.value)?.slice(0, 200)}`)
}
