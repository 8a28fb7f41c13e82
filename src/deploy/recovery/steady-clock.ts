import { type Clock, systemClock } from '../../common/index.js'

/** A clock that nobody sets: `now()` counts from the process's start, and goes on while the process is stopped. */
export const steadyClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, action, options) => systemClock.after(delayMs, action, options),
}
