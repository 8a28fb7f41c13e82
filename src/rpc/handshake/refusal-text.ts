import type { RefusalReason } from '../environment.js'

/** A sentence for each reason, as seen by the side that listens. */
export const refusalOfStranger: Record<RefusalReason, string> = {
  'not-firesteel': 'it does not speak the Firesteel protocol',
  http: 'it speaks HTTP; this is not a web port',
  tls: 'it speaks TLS, and TLS is off here',
  'not-tls': 'it does not complete the TLS handshake, and TLS is on here',
  version: 'it speaks another version of the Firesteel protocol',
  'secret-missing': 'it has no secret, and one is needed here',
  'secret-unexpected': 'it wants to prove a secret, and there is none here',
  'secret-wrong': 'its secret is not ours',
  'too-slow': 'it did not finish the handshake in time',
  'too-many': 'too many others were waiting at the same time',
  'closed-early': 'it went away before the handshake was done',
}

/** The same as seen by the side that dialled. */
export const refusalByServer: Record<RefusalReason, string> = {
  'not-firesteel': 'the other side does not speak the Firesteel protocol',
  http: 'the other side is an HTTP server',
  tls: 'the other side speaks TLS, and TLS is off here',
  'not-tls': 'the TLS handshake failed',
  version: 'the other side speaks another version of the Firesteel protocol',
  'secret-missing': 'the other side needs a secret, and there is none here',
  'secret-unexpected': 'the other side has no secret, and this side will not talk without one',
  'secret-wrong': 'the secrets of the two sides differ',
  'too-slow': 'the other side did not finish the handshake in time',
  'too-many': 'the other side has too many connections waiting',
  'closed-early': 'the other side closed the connection during the handshake',
}
