import type { SlotThread } from './slot-thread.js'

/** Threads of this process that have not ended. */
const live = new Set<SlotThread>()

export function threadStarted(thread: SlotThread): void {
  live.add(thread)
}

export function threadEnded(thread: SlotThread): void {
  live.delete(thread)
}

/** How long a thread that was asked to end may take. Many times what it takes even on a busy machine, unless it is stuck. */
export const endGraceMs = 1000

const lookEveryMs = 5

/**
 * Ends the threads of this process that run a task, while the process exits: nothing asynchronous happens any more, so this waits, and
 * blocks. Returns the tasks whose threads do not end, since they are in a call that cannot be interrupted; Node would wait for them.
 */
export function endThreads(): string[] {
  const running = [...live].filter((thread) => thread.task !== undefined)
  for (const thread of running) void thread.terminate()
  // Those that are known to be stuck have been waited for.
  const hopeful = running.filter((thread) => !thread.isStuck)
  if (!endWithin(hopeful, endGraceMs)) {
    for (const thread of hopeful) if (thread.holdsProcess) thread.killChildren()
    endWithin(hopeful, endGraceMs)
  }
  return running.flatMap((thread) => (thread.holdsProcess ? (thread.task ?? []) : []))
}

function endWithin(threads: readonly SlotThread[], ms: number): boolean {
  const word = new Int32Array(new SharedArrayBuffer(4))
  for (const deadline = performance.now() + ms; threads.some((thread) => thread.holdsProcess); ) {
    if (performance.now() > deadline) return false
    Atomics.wait(word, 0, 0, lookEveryMs)
  }
  return true
}
