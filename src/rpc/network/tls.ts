import type { Socket } from 'node:net'
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { FiresteelError } from '../../common/errors/index.js'
import type { RpcAddress, TlsOptions } from '../environment.js'
import { Refused } from './refused.js'

/** Older versions cannot bind our proof to the session beyond doubt. */
const minVersion = 'TLSv1.3'

/** @throws FS_RPC_TLS when the PEM texts cannot be used. */
export function secureContext(environment: string, tls: TlsOptions, role: 'server' | 'client'): SecureContext {
  if (role === 'server' && tls.pfx === undefined && (tls.key === undefined || tls.cert === undefined)) {
    throw new FiresteelError('FS_RPC_TLS', { environment, problem: 'listening needs a key and a certificate' })
  }
  try {
    const { passphrase, ciphers } = tls
    const pfx = tls.pfx === undefined ? {} : { pfx: Buffer.from(tls.pfx) }
    const ca = tls.ca === undefined ? {} : { ca: pem(tls.ca) }
    return createSecureContext({
      key: pem(tls.key),
      cert: pem(tls.cert),
      ...pfx,
      ...ca,
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(ciphers === undefined ? {} : { ciphers }),
      minVersion,
    })
  } catch (error) {
    throw new FiresteelError('FS_RPC_TLS', { environment, problem: (error as Error).message }, { cause: error })
  }
}

/** The server's side of TLS on an accepted socket. @throws Refused */
export function acceptTls(raw: Socket, context: SecureContext, signal: AbortSignal): Promise<TLSSocket> {
  const socket = new TLSSocket(raw, { isServer: true, secureContext: context })
  return secured(socket, 'secure', signal)
}

/** The client's side, on a socket that is connected. @throws Refused */
export function startTls(raw: Socket, options: StartTlsOptions): Promise<TLSSocket> {
  const { address, tls, context, signal } = options
  const checkHost = tls.checkHost ?? true
  const socket = connect({
    socket: raw,
    host: address.host,
    secureContext: context,
    minVersion,
    ...(checkHost ? {} : { checkServerIdentity: () => undefined }),
    rejectUnauthorized: tls.checkPeer ?? true,
  })
  return secured(socket, 'secureConnect', signal)
}

export interface StartTlsOptions {
  readonly address: RpcAddress
  readonly tls: TlsOptions
  readonly context: SecureContext
  readonly signal: AbortSignal
}

/** Bytes that only the two ends of this TLS session have (RFC 5705). */
export function channelBinding(socket: TLSSocket): Buffer {
  return socket.exportKeyingMaterial(32, 'EXPORTER-firesteel-rpc', Buffer.alloc(0))
}

function secured(socket: TLSSocket, event: 'secure' | 'secureConnect', signal: AbortSignal): Promise<TLSSocket> {
  // Stays for good: an error after the handshake has other listeners, one after a refusal has none.
  socket.on('error', () => undefined)
  return new Promise((resolve, reject) => {
    const settle = (action: () => void) => {
      socket.off(event, onSecured).off('error', onError).off('close', onClose)
      signal.removeEventListener('abort', onAbort)
      action()
    }
    const onSecured = () => settle(() => resolve(socket))
    const onError = (error: Error) => settle(() => reject(new Refused('not-tls', error)))
    const onClose = () => settle(() => reject(new Refused('closed-early')))
    const onAbort = () => settle(() => reject(signal.reason))
    if (signal.aborted) return onAbort()
    socket.on(event, onSecured).on('error', onError).on('close', onClose)
    signal.addEventListener('abort', onAbort)
  })
}

function pem(text: string | Uint8Array | undefined): string | Buffer | undefined {
  return text === undefined || typeof text === 'string' ? text : Buffer.from(text)
}
