import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { FiresteelError } from '../common/errors/index.js'

export interface WebServerOptions {
  /** Address to bind. */
  readonly host: string
  /** First port to try; 0 takes any free one. */
  readonly port: number
  /** How many ports after it to try (`spark.port.maxRetries`). */
  readonly portRetries: number
  /** Host in the URL that is told to others; what is bound unless given. */
  readonly publicHost?: string
  /** PEM texts: the pages come over TLS. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly passphrase?: string }
}

export interface WebServer {
  readonly port: number
  /** `http://host:port`, without a slash at the end. */
  readonly url: string
  /** Ends open connections, too. */
  close(): Promise<void>
}

/** How long a client may take for its whole request, and for the head of one. */
const requestTimeoutMs = 60_000
const headersTimeoutMs = 10_000

/**
 * Serves an application on the first free port from the one that is wanted on.
 *
 * @throws FS_RPC_PORT_TAKEN, FS_RPC_BIND_FAILED
 */
export async function startWebServer(app: Hono, options: WebServerOptions): Promise<WebServer> {
  const { host, tls } = options
  const server = createAdaptorServer({
    fetch: app.fetch,
    ...(tls === undefined
      ? { createServer, serverOptions: { requestTimeout: requestTimeoutMs, headersTimeout: headersTimeoutMs } }
      : {
          createServer: createSecureServer,
          serverOptions: { ...tls, requestTimeout: requestTimeoutMs, headersTimeout: headersTimeoutMs },
        }),
  }) as Server
  const port = await bind(server, options)
  const shown = options.publicHost ?? host
  const scheme = tls === undefined ? 'http' : 'https'
  return {
    port,
    url: `${scheme}://${shown.includes(':') ? `[${shown}]` : shown}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function bind(server: Server, { host, port: first, portRetries }: WebServerOptions): Promise<number> {
  let port = first
  for (let attempt = 0; ; attempt++) {
    port = first === 0 ? 0 : first + attempt
    const error = await tryBind(server, host, port)
    if (error === undefined) return (server.address() as AddressInfo).port
    if (error.code !== 'EADDRINUSE')
      throw new FiresteelError('FS_RPC_BIND_FAILED', { host, port, problem: error.message }, { cause: error })
    if (first === 0 || attempt >= portRetries || port >= 65_535) break
  }
  throw new FiresteelError('FS_RPC_PORT_TAKEN', { host, port: first, lastPort: port })
}

function tryBind(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening)
      resolve(error)
    }
    const onListening = (): void => {
      server.off('error', onError)
      resolve(undefined)
    }
    server.once('error', onError).once('listening', onListening)
    server.listen({ host, port })
  })
}
