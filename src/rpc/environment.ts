import type { Clock } from '../common/index.js'
import type { RpcHandlers } from './message.js'
import type { RpcPeer } from './peer.js'

export interface RpcAddress {
  readonly host: string
  readonly port: number
}

export interface ListenOptions {
  /** The address to bind. Default 127.0.0.1. Anything beyond loopback needs a secret. */
  readonly host?: string
  /** The first port to try; 0, the default, takes any free one. */
  readonly port?: number
  /** How many ports after `port` to try while they are taken (`spark.port.maxRetries`). Default 16. */
  readonly portRetries?: number
  /** What peers are told to dial, where it differs from what is bound (NAT, containers). */
  readonly advertise?: { readonly host?: string; readonly port?: number }
  /** Listen beyond loopback although there is no secret. Default false. */
  readonly allowUnauthenticated?: boolean
}

export interface RpcServer {
  /** The advertised address. */
  readonly address: RpcAddress
  /** The address that is really bound. */
  readonly bound: RpcAddress
  /** Accepts no further peers; those there are stay. */
  close(): Promise<void>
}

export interface ConnectOptions {
  /** Milliseconds for dialling and the handshake together. Default 10,000. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/**
 * One side's view of the network: the endpoints it offers to every peer, the server it listens on, the peers it dialled.
 * Endpoints are looked up when a message arrives, so they may be registered before or after a peer is there.
 */
export interface RpcEnvironment {
  readonly name: string
  /** @throws FS_RPC_ENDPOINT_TAKEN when the name is in use. */
  register(endpoint: string, handlers: RpcHandlers): { unregister(): void }
  /** @throws FS_RPC_PORT_TAKEN, FS_RPC_BIND_FAILED, FS_RPC_SECRET_REQUIRED */
  listen(options?: ListenOptions): Promise<RpcServer>
  /** @throws FS_RPC_UNREACHABLE, FS_RPC_REFUSED, FS_RPC_CONNECT_TIMEOUT */
  connect(address: RpcAddress, options?: ConnectOptions): Promise<RpcPeer>
  /** Told of every peer that dialled us, before any of its messages. Dialled peers are what `connect` returns. */
  onPeer(listener: (peer: RpcPeer) => void): void
  /** The peers that are connected, dialled and accepted. */
  readonly peers: readonly RpcPeer[]
  /** Stops listening and closes every peer. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Why a connection was refused before it became a peer. */
export type RefusalReason =
  | 'not-firesteel'
  | 'http'
  | 'tls'
  | 'not-tls'
  | 'version'
  | 'secret-missing'
  | 'secret-unexpected'
  | 'secret-wrong'
  | 'too-slow'
  | 'too-many'
  | 'closed-early'

/** One refused connection; one log line. */
export interface Refusal {
  readonly reason: RefusalReason
  /** A sentence for the log; never holds bytes the stranger sent. */
  readonly message: string
  /** `host:port` of the stranger. */
  readonly address: string
}

/** Something that went wrong on a connection and that no caller waits for. */
export interface Fault {
  readonly peer: RpcPeer
  readonly endpoint?: string
  readonly method?: string
}

export interface CommonRpcOptions {
  /** Names this side to its peers; up to 255 bytes of UTF-8. */
  readonly name: string
  /**
   * Told when the handler of a one-way message throws or does not exist, or a listener throws. Default: a process warning.
   */
  readonly onFault?: (error: Error, fault: Fault) => void
  readonly clock?: Clock
}

export interface TlsOptions {
  /** PEM texts. A listening side needs key and cert; `ca` is whom to trust, the system's list by default. */
  readonly key?: string | Uint8Array
  readonly cert?: string | Uint8Array
  readonly ca?: string | Uint8Array
  /** Key and certificates in one PKCS#12 file, instead of `key` and `cert`. */
  readonly pfx?: Uint8Array
  /** Of the key or the PKCS#12 file. */
  readonly passphrase?: string
  /** OpenSSL's names with colons between; Node's default unless given. */
  readonly ciphers?: string
  /**
   * Whether a dialled server's certificate must name its host. Default true. When false and there is a secret, the secret's
   * proof, which is bound to the TLS session, still keeps others out.
   */
  readonly checkHost?: boolean
  /**
   * Whether a dialled server's certificate must come from an authority that is trusted. Default true. False is for certificates made on the
   * spot, and safe with a secret alone: its proof is bound to the TLS session, so that nobody in between can pass it on.
   */
  readonly checkPeer?: boolean
}

export interface KeepAliveOptions {
  /** A silent connection is pinged this often, in milliseconds. Default 10,000. */
  readonly intervalMs?: number
  /** A connection silent for this long is closed with FS_RPC_PEER_SILENT. Default 60,000. */
  readonly timeoutMs?: number
}

export interface NetworkRpcOptions extends CommonRpcOptions {
  /**
   * What both sides must know. 32 bytes or more are taken as a random key; strings and shorter arrays are stretched with
   * scrypt first (some 40 ms, once). None: no authentication, loopback only.
   */
  readonly secret?: Uint8Array | string
  /** Encrypts everything after the handshake with AES-256-GCM (`spark.network.crypto.enabled`); happens if either side asks. */
  readonly encrypt?: boolean
  readonly tls?: TlsOptions
  /** The largest message in bytes, both ways (`spark.rpc.message.maxSize`). Default 128 MiB. */
  readonly maxMessageBytes?: number
  /** Received attachments lie over SharedArrayBuffers, so that worker threads can read them without a copy. Default false. */
  readonly sharedAttachments?: boolean
  /** How to notice a peer that is frozen or cut off; false to leave it to the owner. */
  readonly keepAlive?: KeepAliveOptions | false
  /** Servers and connections do not keep the process alive by themselves. Default false. */
  readonly inBackground?: boolean
  /** How long a stranger may take for the handshake. Default 10,000 ms. */
  readonly handshakeTimeoutMs?: number
  /** How many strangers may be shaking hands at once; the longest waiting one makes room. Default 64. */
  readonly maxStrangers?: number
  /** Called once for each refused connection. */
  readonly onRefused?: (refusal: Refusal) => void
}
