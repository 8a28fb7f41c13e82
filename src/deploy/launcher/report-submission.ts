import type { LaunchHook, LaunchUpdate } from '../../common/index.js'
import type { SubmissionStatus } from '../../scheduler/index.js'

/** What a manager's words for the state of a driver mean to a launcher; of others nothing is told. */
const states: Readonly<Record<string, LaunchUpdate['state']>> = {
  SUBMITTED: 'SUBMITTED',
  RUNNING: 'RUNNING',
  FINISHED: 'FINISHED',
  FAILED: 'FAILED',
  ERROR: 'FAILED',
  KILLED: 'KILLED',
}

/** Tells a launcher, where there is one, what has become of a submission that this process watches. */
export function reportSubmission(hook: LaunchHook | undefined, { id, state = '', message }: SubmissionStatus): void {
  const told = Object.hasOwn(states, state) ? states[state] : undefined
  if (told !== undefined) hook?.report({ state: told, appId: id, ...(message === undefined ? {} : { message }) })
}
