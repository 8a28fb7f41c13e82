import { FiresteelError } from '../common/errors/index.js'
import type { Fault } from './environment.js'
import type { RefusalLog } from './refusal-log.js'

/**
 * For `onFault`: one-way messages that could not be taken become log lines that cannot fill a disk, as refused connections do.
 *
 * @param told codes of errors that somebody has logged already
 */
export function faultLog(
  refusals: RefusalLog<string>,
  { told = [] }: { readonly told?: readonly string[] } = {},
): (error: Error, fault: Fault) => void {
  return (error, { peer, endpoint, method }) => {
    const code = error instanceof FiresteelError ? error.code : error.name
    if (told.includes(code)) return
    const what = endpoint === undefined ? '' : ` for ${shown(endpoint)}.${shown(method ?? '')}`
    refusals.note({ reason: code, message: `a message${what} of ${peer.name} at ${peer.address}: ${error.message}` })
  }
}

/** A name that a peer chose, as it may stand in a log. */
export function shown(name: string): string {
  return name.slice(0, 80).replace(/[\p{Cc}\u2028\u2029]/gu, '?')
}
