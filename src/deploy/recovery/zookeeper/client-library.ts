import type { Socket } from 'node:net'
import { FiresteelError } from '../../../common/errors/index.js'

/*
 * What is used of node-zookeeper-client 1.1.3: the protocol, the order of requests, watches. It brings no types, so they stand here. Of its
 * inner parts the connection manager is used too: see zookeeper-session.ts for why.
 */

export interface LibraryError {
  readonly code: number
  readonly name: string
}

export interface LibraryStat {
  readonly version: number
  /** Eight bytes; all zero for a node that is not bound to a session. */
  readonly ephemeralOwner: Buffer
}

type Callback<T extends readonly unknown[] = []> = (error: LibraryError | null | undefined, ...result: T) => void
type Watcher = () => void
type Acl = { readonly permission: number }

export interface LibraryResult {
  readonly err?: number
  readonly stat?: LibraryStat
}

export interface LibraryTransaction {
  check(path: string, version: number): this
  create(path: string, data: Buffer, acl: readonly Acl[], mode: number): this
  setData(path: string, data: Buffer, version: number): this
  remove(path: string, version: number): this
  commit(callback: Callback<[readonly LibraryResult[] | undefined]>): void
}

export interface LibraryConnectionManager {
  readonly sessionTimeout: number
  pendingBuffer: Buffer | null
  socket: Socket
  readonly packetQueue: { shift(): { callback?: (error: LibraryError) => void } | undefined }
  connect(): void
  setState(state: number): void
  onSocketConnected(): void
  onSocketData(bytes: Buffer): void
  onSocketDrain(): void
  onSocketClosed(hasError: boolean): void
}

export interface LibraryClient {
  readonly connectionManager: LibraryConnectionManager
  on(event: 'state', listener: (state: { readonly name: string }) => void): void
  connect(): void
  close(): void
  addAuthInfo(scheme: string, auth: Buffer): void
  exists(path: string, callback: Callback<[LibraryStat | null]>): void
  exists(path: string, watcher: Watcher, callback: Callback<[LibraryStat | null]>): void
  getData(path: string, callback: Callback<[Buffer | undefined, LibraryStat]>): void
  getChildren(path: string, callback: Callback<[readonly string[]]>): void
  create(path: string, data: Buffer, acl: readonly Acl[], mode: number, callback: Callback<[string]>): void
  setData(path: string, data: Buffer, version: number, callback: Callback<[LibraryStat]>): void
  remove(path: string, version: number, callback: Callback): void
  transaction(): LibraryTransaction
}

export interface ClientLibrary {
  createClient(servers: string, options: { sessionTimeout: number; retries: number }): LibraryClient
  readonly ACL: { readonly OPEN_ACL_UNSAFE: readonly Acl[]; readonly CREATOR_ALL_ACL: readonly Acl[] }
  readonly CreateMode: { readonly PERSISTENT: number; readonly EPHEMERAL_SEQUENTIAL: number }
  readonly Exception: { create(code: number): LibraryError }
}

/** @throws FS_RECOVERY_ZOOKEEPER_CLIENT when the package is not installed, or is not what is needed */
export async function loadClientLibrary(): Promise<ClientLibrary> {
  const refuse = (problem: string, cause?: unknown) =>
    new FiresteelError('FS_RECOVERY_ZOOKEEPER_CLIENT', { problem }, { cause })
  let library: Partial<ClientLibrary>
  try {
    // Not a literal: the package has no types, and need not be there.
    const name = 'node-zookeeper-client'
    library = ((await import(name)) as { default: Partial<ClientLibrary> }).default
  } catch (error) {
    throw refuse('it is not installed', error)
  }
  const isWhole =
    typeof library?.createClient === 'function' &&
    library.ACL !== undefined &&
    library.CreateMode !== undefined &&
    typeof library.Exception?.create === 'function'
  if (!isWhole) throw refuse('what is installed under this name is another package')
  return library as ClientLibrary
}
