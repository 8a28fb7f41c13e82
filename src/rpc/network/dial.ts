import { createConnection, type Socket } from 'node:net'
import { FiresteelError } from '../../common/errors/index.js'
import type { Clock } from '../../common/index.js'
import type { ConnectOptions, RpcAddress } from '../environment.js'
import type { ClientHandshake, HandshakeStep } from '../handshake/handshake.js'
import { refusalByServer } from '../handshake/refusal-text.js'
import { Refused } from './refused.js'
import { shakeHands } from './shake-hands.js'

export interface DialOptions extends ConnectOptions {
  readonly clock: Clock
  /** TLS on the connected socket, where it is on. */
  readonly secure: (raw: Socket, signal: AbortSignal) => Promise<{ socket: Socket; binding?: Buffer }>
  readonly handshake: (binding: Buffer | undefined) => ClientHandshake
}

export interface Dialled {
  readonly socket: Socket
  readonly done: Extract<HandshakeStep, { kind: 'done' }>
}

/** Connects and shakes hands. @throws FS_RPC_UNREACHABLE, FS_RPC_REFUSED, FS_RPC_CONNECT_TIMEOUT, or the signal's reason. */
export async function dial(address: RpcAddress, options: DialOptions): Promise<Dialled> {
  const timeoutMs = options.timeoutMs ?? 10_000
  const deadline = new AbortController()
  let phase = 'no answer to the dial'
  const expire = () => deadline.abort(new FiresteelError('FS_RPC_CONNECT_TIMEOUT', { ...address, timeoutMs, phase }))
  const timer = options.clock.after(timeoutMs, expire)
  const abort = () => deadline.abort(options.signal?.reason)
  options.signal?.addEventListener('abort', abort, { once: true })
  if (options.signal?.aborted) abort()
  let raw: Socket | undefined
  try {
    raw = await connected(address, deadline.signal)
    phase = 'connected, but the handshake was not finished'
    const { socket, binding } = await options.secure(raw, deadline.signal)
    const handshake = options.handshake(binding)
    socket.write(handshake.start())
    return { socket, done: await shakeHands(socket, handshake, deadline.signal) }
  } catch (error) {
    raw?.destroy()
    throw error instanceof Refused ? refused(address, error) : error
  } finally {
    timer.cancel()
    options.signal?.removeEventListener('abort', abort)
  }
}

function connected(address: RpcAddress, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const socket = createConnection({ host: address.host, port: address.port, noDelay: true })
    const onAbort = () => {
      socket.destroy()
      reject(signal.reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort)
      resolve(socket)
    })
    // Stays for good, so that no late error is without a listener.
    socket.on('error', (error) => {
      signal.removeEventListener('abort', onAbort)
      const problem = problemOf(error)
      reject(new FiresteelError('FS_RPC_UNREACHABLE', { ...address, problem }, { cause: error }))
    })
  })
}

function problemOf(error: NodeJS.ErrnoException): string {
  // Node tries all addresses of a name and reports them together, without a message of its own.
  const first = error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException) : error
  switch (first.code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (connection refused)'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name cannot be resolved (${first.code})`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `no route to that host (${first.code})`
    case 'ETIMEDOUT':
      return 'no answer (ETIMEDOUT)'
    default:
      return first.message
  }
}

function refused(address: RpcAddress, error: Refused): FiresteelError {
  const cause = error.cause
  const detail = cause instanceof Error ? ` (${cause.message})` : ''
  const problem = `${refusalByServer[error.reason]}${detail}`
  return new FiresteelError('FS_RPC_REFUSED', { ...address, reason: error.reason, problem }, { cause })
}
