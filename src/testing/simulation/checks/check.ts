import type { SchedulerEffect, SchedulerEvent } from '../../../scheduler/index.js'

/** One kind of promise, watched over a whole simulation. Each method throws when the promise is broken. */
export interface Check {
  /** What the scheduler is about to be told. */
  told?(event: SchedulerEvent): void
  /** Each thing it then says, in order. */
  saw?(effect: SchedulerEffect): void
  /** After the last thing it said to one event. */
  settled?(): void
  /** At the very end. */
  over?(): void
}

/** Throws when a promise is broken. */
export function hold(holds: boolean, message: () => string): void {
  if (!holds) throw new Error(message())
}
