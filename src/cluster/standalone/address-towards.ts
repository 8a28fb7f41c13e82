import { createSocket } from 'node:dgram'
import type { RpcAddress } from '../../rpc/index.js'

const lookupTimeoutMs = 5_000

/**
 * The address that this machine has on the way to another: what others there can dial. Asks the routing table alone, nothing is sent.
 * Undefined when the name cannot be resolved or there is no way.
 */
export function addressTowards({ host, port }: RpcAddress): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    const timer = setTimeout(() => done(undefined), lookupTimeoutMs)
    let isDone = false
    const done = (address: string | undefined): void => {
      if (isDone) return
      isDone = true
      clearTimeout(timer)
      socket.close()
      resolve(address)
    }
    socket.once('error', () => done(undefined))
    socket.connect(port, host, (error?: Error) => done(error === undefined ? socket.address().address : undefined))
  })
}
