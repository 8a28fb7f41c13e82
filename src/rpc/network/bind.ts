import type { AddressInfo, Server } from 'node:net'
import { FiresteelError } from '../../common/errors/index.js'
import type { RpcAddress } from '../environment.js'

const ports = 65_536
const firstFreePort = 1_024

/** Binds a server to a port or one of those after it. @throws FS_RPC_PORT_TAKEN, FS_RPC_BIND_FAILED */
export async function bind(server: Server, wanted: RpcAddress, retries: number): Promise<RpcAddress> {
  let port = wanted.port
  for (let attempt = 0; ; attempt++) {
    port = wanted.port === 0 ? 0 : portOf(wanted.port, attempt)
    const error = await tryBind(server, { host: wanted.host, port })
    if (error === undefined) return { host: wanted.host, port: (server.address() as AddressInfo).port }
    if (error.code !== 'EADDRINUSE') {
      throw new FiresteelError(
        'FS_RPC_BIND_FAILED',
        { host: wanted.host, port, problem: problemOf(error) },
        { cause: error },
      )
    }
    if (attempt >= retries || wanted.port === 0) break
  }
  throw new FiresteelError('FS_RPC_PORT_TAKEN', { host: wanted.host, port: wanted.port, lastPort: port })
}

/** The ports after the first; beyond the last one they go on with the first that needs no privilege. */
function portOf(first: number, attempt: number): number {
  const port = first + attempt
  return port < ports ? port : firstFreePort + (port - ports)
}

function tryBind(server: Server, address: RpcAddress): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException) => {
      server.off('listening', onListening)
      resolve(error)
    }
    const onListening = () => {
      server.off('error', onError)
      resolve(undefined)
    }
    server.once('error', onError).once('listening', onListening)
    server.listen({ host: address.host, port: address.port })
  })
}

function problemOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRNOTAVAIL') return 'this machine does not have that address'
  if (error.code === 'EACCES') return 'this user may not use that port'
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return `the host name cannot be resolved (${error.code})`
  return error.message
}
