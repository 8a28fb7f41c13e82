import { createServer, type Server, type ServerOptions } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { FiresteelError } from '../common/errors/index.js'
import type { WebEnv } from './web-env.js'
import type { WebTls } from './web-tls.js'

export interface WebServerOptions {
  /** Address to bind. */
  readonly host: string
  /** First port to try; 0 takes any free one. */
  readonly port: number
  /** How many ports after it to try (`spark.port.maxRetries`). */
  readonly portRetries: number
  /** Host in the URL that is told to others; what is bound unless given. */
  readonly publicHost?: string
  /** Pages come over TLS. */
  readonly tls?: WebTls
  /** Largest head of a request in bytes; 8 KiB unless given. */
  readonly maxHeaderSize?: number
}

export interface WebServer {
  readonly port: number
  /** `http://host:port`, without a slash at the end. */
  readonly url: string
  /** Ends open connections, too. */
  close(): Promise<void>
}

const limits: ServerOptions = {
  /** How long a client may take for its whole request, and for the head of one. */
  requestTimeout: 60_000,
  headersTimeout: 10_000,
  /** How long a connection on which nothing is asked stays open. */
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
}
/** Connections at once, so that one client cannot use up the daemon's file descriptors, which its workers need. */
const maxConnections = 1000

/**
 * Serves an application on the first free port from the one that is wanted on.
 *
 * @throws FS_RPC_PORT_TAKEN, FS_RPC_BIND_FAILED
 */
export async function startWebServer(app: Hono<WebEnv> | Hono, options: WebServerOptions): Promise<WebServer> {
  const { host, tls } = options
  const own = { ...limits, maxHeaderSize: options.maxHeaderSize ?? 8192 }
  const server = createAdaptorServer({
    fetch: app.fetch as Hono['fetch'],
    // This process has use of its own for the global Request and Response.
    overrideGlobalObjects: false,
    ...(tls === undefined
      ? { createServer, serverOptions: own }
      : { createServer: createSecureServer, serverOptions: { ...own, ...tls } }),
  }) as Server
  server.maxConnections = maxConnections
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
