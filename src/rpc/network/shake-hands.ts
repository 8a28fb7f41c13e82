import type { Socket } from 'node:net'
import type { Handshake, HandshakeStep } from '../handshake/handshake.js'
import { Refused } from './refused.js'

type Done = Extract<HandshakeStep, { kind: 'done' }>

/**
 * Runs a handshake over a socket. On success the socket is paused, with nothing of the peer's first frames lost; on failure it is
 * the caller's to destroy. @throws Refused, or the signal's reason.
 */
export function shakeHands(socket: Socket, handshake: Handshake, signal: AbortSignal): Promise<Done> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void) => {
      socket.off('data', onData).off('close', onClose).off('error', onError)
      signal.removeEventListener('abort', onAbort)
      socket.pause()
      action()
    }
    const onData = (bytes: Buffer) => {
      const step = handshake.receive(bytes)
      if (step.send !== undefined) socket.write(step.send)
      if (step.kind === 'done') settle(() => resolve(step))
      else if (step.kind === 'refuse') settle(() => reject(new Refused(step.reason)))
    }
    const onClose = () => settle(() => reject(new Refused('closed-early')))
    const onError = (error: Error) => settle(() => reject(new Refused('closed-early', error)))
    const onAbort = () => settle(() => reject(signal.reason))
    if (signal.aborted) return onAbort()
    if (socket.destroyed) return onClose()
    socket.on('data', onData).on('close', onClose).on('error', onError)
    signal.addEventListener('abort', onAbort)
  })
}
