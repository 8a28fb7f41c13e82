import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

interface Address {
  readonly host: string
  readonly port: number
}

const timeoutMs = 1_000
/** A process that is being ended may close its connections a moment before its port. */
const pausesMs = [0, 50, 150, 300, 600]

/**
 * Whether the machine at an address says that nothing listens there: the process that did has ended. One that is frozen, or a machine that
 * does not answer, is no such word. Asks for about a second.
 */
export async function isRefused(address: Address): Promise<boolean> {
  for (const pauseMs of pausesMs) {
    await sleep(pauseMs, undefined, { ref: false })
    if (await isRefusedNow(address)) return true
  }
  return false
}

function isRefusedNow({ host, port }: Address): Promise<boolean> {
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
