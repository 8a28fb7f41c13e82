import { MemoryStore } from './memory-store.js'
import type { ElectionEvents, LeaderElection, RecoveryMode } from './recovery-mode.js'

/** NONE: one master, which leads at once, and whose state dies with it. */
export function noRecovery(): RecoveryMode {
  return { name: 'NONE', open: async () => ({ store: new MemoryStore(), election: new SoleCandidate() }) }
}

class SoleCandidate implements LeaderElection {
  #epoch = 0
  #isLeading = false

  async start(events: ElectionEvents): Promise<void> {
    this.#epoch = Math.max(this.#epoch + 1, Date.now())
    this.#isLeading = true
    events.elected(this.#epoch)
  }

  async stop(): Promise<void> {
    this.#isLeading = false
  }

  isLeading(): boolean {
    return this.#isLeading
  }
}
