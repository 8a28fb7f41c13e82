import { connect } from 'node:net'

const timeoutMs = 1_000

/**
 * Whether the machine at an address says that nothing listens there: the process that did has ended. One that is frozen, or a machine that
 * does not answer, is no such word.
 */
export function isRefused({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs })
    const done = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => done(false))
    socket.once('timeout', () => done(false))
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'ECONNREFUSED'))
  })
}
