import { setTimeout as pause } from 'node:timers/promises'
import { launchHook } from '../common/index.js'
import { reportSubmission } from '../deploy/launcher/index.js'
import type { SubmissionStatus, SubmitClient } from '../scheduler/index.js'

const pollMs = 1_000

/** A driver's state in the words of Spark, a line each: state, place, exit code, why it waits or failed. */
export function describeState({ id, state, place, exitCode, message, isFinal }: SubmissionStatus): string[] {
  const lines = [`State of driver ${id} is now ${state ?? 'UNKNOWN'}.`]
  if (place !== undefined && !isFinal) lines.push(`Driver is running on worker ${place}.`)
  if (exitCode !== undefined) lines.push(`Its exit code is ${exitCode}.`)
  if (message !== undefined && message !== '') lines.push(isFinal ? message : `waiting: ${message}`)
  return lines
}

/**
 * Tells each change of a driver's state, until that is final.
 *
 * @returns the exit code for the process that waited: the driver's own, 0 when it finished, 1 when it did not
 */
export async function followDriver(
  client: SubmitClient,
  first: SubmissionStatus,
  tell: (line: string) => void,
): Promise<number> {
  let status = first
  reportSubmission(launchHook(), status)
  while (!status.isFinal) {
    await pause(pollMs)
    const next = await client.status(first.id)
    const known = describeState(status)
    for (const line of describeState(next)) if (!known.includes(line)) tell(line)
    reportSubmission(launchHook(), next)
    status = next
  }
  if (!status.found) {
    tell(`Driver ${first.id} is not known to the cluster any more.`)
    return 1
  }
  return status.state === 'FINISHED' ? 0 : status.exitCode || 1
}
