import { connect, type Socket } from 'node:net'
import { FiresteelError } from '../../../common/errors/index.js'
import type { Clock, Timer } from '../../../common/index.js'
import type {
  ClientLibrary,
  LibraryClient,
  LibraryConnectionManager,
  LibraryError,
  LibraryResult,
} from './client-library.js'
import { isLoss, ZooKeeperError, zooKeeperCode } from './zookeeper-error.js'
import type { ZooKeeperServer } from './zookeeper-url.js'

/** One operation of a transaction. Versions begin at 1 here: the library takes 0 for any. */
export type Operation =
  | { readonly type: 'check'; readonly path: string; readonly version?: number }
  | { readonly type: 'create'; readonly path: string; readonly data: Buffer }
  | { readonly type: 'set'; readonly path: string; readonly data: Buffer; readonly version?: number }
  | { readonly type: 'remove'; readonly path: string }

export interface Node {
  readonly data: Buffer
  readonly version: number
}

export interface SessionOptions {
  readonly library: ClientLibrary
  readonly servers: readonly ZooKeeperServer[]
  readonly timeoutMs: number
  /** `user:password`: sign in so, and close what is made to others. */
  readonly digest?: string
  /** Steady: not the time of day. */
  readonly clock: Clock
}

export interface SessionEvents {
  /** There is a connection, the first or another. */
  connected(): void
  /** The session is over: it expired, or was refused. Not told after `close`. */
  ended(reason: string): void
}

/** The library's word for trying to connect. */
const connecting = 1
const anyVersion = -1

/**
 * One session with the ensemble, over as many connections as it takes. The library speaks the protocol; what it leaves to chance is done here:
 *
 * - It waits for an answer to its handshake, and for any answer later, without end: a server that takes connections and says nothing, or a
 *   connection that died without a word, would hold it for as long as the system's own timeouts. Here each has a deadline, a small part of the
 *   session's timeout, and the next server is tried. So dialling is done here.
 * - What came of a message when a connection broke is put before the first message of the next one, and a stranger's bytes end the process by an
 *   exception: the buffer is emptied, exceptions end the connection.
 * - Requests that were not sent when the session ended are never answered: here all of them are rejected. None is accepted without a connection,
 *   since the library would send it ahead of signing in.
 */
export class ZooKeeperSession {
  readonly #options: SessionOptions
  readonly #events: SessionEvents
  readonly #client: LibraryClient
  readonly #manager: LibraryConnectionManager
  readonly #servers: ZooKeeperServer[]
  readonly #rejects = new Set<(error: Error) => void>()
  readonly #connectedWaiters = new Set<{ resolve(): void; reject(error: Error): void }>()
  readonly #acl
  #next = 0
  #failures = 0
  #isConnected = false
  #isOver = false
  #lastProblem = 'none was tried yet'
  #dialTimer: Timer | undefined
  #handshakeTimer: Timer | undefined
  #watchdog: Timer | undefined

  constructor(options: SessionOptions, events: SessionEvents) {
    const { library, servers, timeoutMs, digest } = options
    this.#options = options
    this.#events = events
    this.#servers = shuffled(servers)
    this.#acl = digest === undefined ? library.ACL.OPEN_ACL_UNSAFE : library.ACL.CREATOR_ALL_ACL
    // The addresses are ours to dial; the library only has to have some.
    this.#client = library.createClient('127.0.0.1', { sessionTimeout: timeoutMs, retries: 0 })
    this.#manager = this.#client.connectionManager
    this.#manager.connect = () => this.#dial()
    this.#client.on('state', ({ name }) => this.#stateChanged(name))
    if (digest !== undefined) this.#client.addAuthInfo('digest', Buffer.from(digest))
    this.#client.connect()
  }

  /** As the ensemble granted it, which has limits of its own; as asked for until then. */
  get timeoutMs(): number {
    return this.#manager.sessionTimeout
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Why the last attempt to connect failed. */
  get lastProblem(): string {
    return this.#lastProblem
  }

  /** Resolves when there is a connection; rejects when the session is over. */
  connected(): Promise<void> {
    if (this.#isConnected) return Promise.resolve()
    if (this.#isOver) return Promise.reject(over())
    return new Promise((resolve, reject) => this.#connectedWaiters.add({ resolve, reject }))
  }

  /** @throws FS_RECOVERY_ZOOKEEPER_UNREACHABLE after `limitMs` without a connection */
  async connectedWithin(limitMs: number): Promise<void> {
    let timer: Timer | undefined
    const late = new Promise<never>((_, reject) => {
      const fail = () => {
        const servers = this.#options.servers.map(({ host, port }) => `${host}:${port}`).join(',')
        const details = { servers, timeoutMs: limitMs, problem: this.#lastProblem }
        reject(new FiresteelError('FS_RECOVERY_ZOOKEEPER_UNREACHABLE', details))
      }
      timer = this.#options.clock.after(limitMs, fail, { keepAlive: true })
    })
    try {
      await Promise.race([this.connected(), late])
    } finally {
      timer?.cancel()
    }
  }

  /** Carries out what may be done twice, again after each loss of the connection, for as long as the session lasts. */
  async persist<T>(action: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.connected()
      try {
        return await action()
      } catch (error) {
        if (!isLoss(error)) throw error
      }
    }
  }

  getData(path: string): Promise<Node | undefined> {
    return this.#orAbsent(
      this.#ask((done) =>
        this.#client.getData(path, (error, data, stat) =>
          done(error, error ? undefined : { data: data ?? Buffer.alloc(0), version: stat.version }),
        ),
      ),
    )
  }

  getChildren(path: string): Promise<readonly string[] | undefined> {
    return this.#orAbsent(this.#ask((done) => this.#client.getChildren(path, done)))
  }

  /** Whether a node is there and bound to a session; `watcher` is told once when it changes or goes. */
  async look(path: string, watcher?: () => void): Promise<{ readonly isEphemeral: boolean } | undefined> {
    const stat = await this.#ask<{ ephemeralOwner: Buffer } | null>((done) =>
      watcher === undefined ? this.#client.exists(path, done) : this.#client.exists(path, watcher, done),
    )
    return stat === null ? undefined : { isEphemeral: stat.ephemeralOwner.some((byte) => byte !== 0) }
  }

  create(path: string, data: Buffer): Promise<string> {
    const { PERSISTENT } = this.#options.library.CreateMode
    return this.#ask((done) => this.#client.create(path, data, this.#acl, PERSISTENT, done))
  }

  /** Creates a node that goes with the session; a number that only grows is put behind its name. */
  createCandidate(path: string, data: Buffer): Promise<string> {
    const { EPHEMERAL_SEQUENTIAL } = this.#options.library.CreateMode
    return this.#ask((done) => this.#client.create(path, data, this.#acl, EPHEMERAL_SEQUENTIAL, done))
  }

  /** Any version when none is given; here 0 is a version. */
  async setData(path: string, data: Buffer, version = anyVersion): Promise<void> {
    await this.#ask((done) => this.#client.setData(path, data, version, done))
  }

  /**
   * All or nothing. Gives the new version of each node that was set.
   *
   * @throws ZooKeeperError with the `index` of the operation that failed
   */
  transact(operations: readonly Operation[]): Promise<readonly (number | undefined)[]> {
    return this.#ask((done) => {
      const transaction = this.#client.transaction()
      for (const operation of operations) {
        if (operation.type === 'check') transaction.check(operation.path, operation.version ?? anyVersion)
        else if (operation.type === 'remove') transaction.remove(operation.path, anyVersion)
        else if (operation.type === 'set') {
          transaction.setData(operation.path, operation.data, operation.version ?? anyVersion)
        } else {
          transaction.create(operation.path, operation.data, this.#acl, this.#options.library.CreateMode.PERSISTENT)
        }
      }
      transaction.commit((error, results: readonly LibraryResult[] = []) => {
        const index = results.findIndex(({ err }) => err !== undefined && err !== 0)
        const failure = index < 0 ? error : new ZooKeeperError(results[index]!.err!, { index })
        done(
          failure,
          results.map(({ stat }) => stat?.version),
        )
      })
    })
  }

  /** Ends the session, so that its nodes go at once; where the ensemble cannot be told within `graceMs`, they go when it expires. */
  async close(graceMs: number): Promise<void> {
    if (this.#isOver) return
    const socket = this.#manager.socket as Socket | undefined
    const wasConnected = this.#isConnected
    this.#end()
    if (wasConnected && socket !== undefined && !socket.destroyed) {
      await new Promise<void>((resolve) => {
        const timer = this.#options.clock.after(graceMs, resolve, { keepAlive: true })
        socket.once('close', () => {
          timer.cancel()
          resolve()
        })
        this.#client.close()
      })
    }
    socket?.destroy()
  }

  // --- connections

  #dial(): void {
    if (this.#isOver) return
    const manager = this.#manager
    manager.pendingBuffer = null
    manager.setState(connecting)
    const lost = this.#options.library.Exception.create(zooKeeperCode.connectionLoss)
    for (let left = manager.packetQueue.shift(); left !== undefined; left = manager.packetQueue.shift())
      left.callback?.(lost)
    // A round of all servers at once, then a pause, not to hammer an ensemble that is choosing its leader.
    const isRoundOver = this.#failures > 0 && this.#failures % this.#servers.length === 0
    const pauseMs = isRoundOver ? (0.5 + Math.random()) * (this.#options.timeoutMs / 20) : 0
    this.#dialTimer = this.#options.clock.after(pauseMs, () => this.#open(), { keepAlive: true })
  }

  #open(): void {
    if (this.#isOver) return
    const server = this.#servers[this.#next++ % this.#servers.length]!
    const name = `${server.host}:${server.port}`
    const manager = this.#manager
    const socket = connect(server)
    manager.socket = socket
    socket.setNoDelay(true)
    this.#failures++
    const limitMs = this.#answerLimitMs
    this.#handshakeTimer = this.#options.clock.after(limitMs, () => {
      socket.destroy(new Error(`no answer within ${limitMs} ms`))
    })
    const guarded = (step: () => void) => {
      try {
        step()
      } catch (error) {
        socket.destroy(new Error(`it does not speak as ZooKeeper does (${(error as Error).message})`))
      }
    }
    socket.on('connect', () => guarded(() => manager.onSocketConnected()))
    socket.on('data', (bytes) => guarded(() => manager.onSocketData(bytes)))
    socket.on('drain', () => guarded(() => manager.onSocketDrain()))
    let problem = 'it closed the connection'
    socket.on('error', (error) => {
      problem = error.message
    })
    socket.on('close', () => {
      this.#handshakeTimer?.cancel()
      this.#lastProblem = `${name}: ${problem}`
      // Leaves it to the library to fail what is under way, and to call `connect` again where that makes sense.
      manager.onSocketClosed(false)
    })
  }

  /** How long a server may keep silent: several servers can be tried before a leader would have to step down. */
  get #answerLimitMs(): number {
    return Math.max(250, this.#options.timeoutMs / 8)
  }

  #stateChanged(name: string): void {
    this.#isConnected = false
    this.#watchdog?.cancel()
    if (this.#isOver) return
    if (name === 'SYNC_CONNECTED') return this.#gotConnection()
    if (name === 'EXPIRED') return this.#finish('its session with ZooKeeper has expired')
    if (name === 'AUTH_FAILED') return this.#finish('ZooKeeper refused to sign it in')
  }

  #gotConnection(): void {
    this.#isConnected = true
    this.#failures = 0
    this.#handshakeTimer?.cancel()
    this.#watch()
    for (const { resolve } of this.#connectedWaiters) resolve()
    this.#connectedWaiters.clear()
    this.#events.connected()
  }

  /** Asks something small, again and again; a connection on which nothing comes back is dropped. */
  #watch(): void {
    const { socket } = this.#manager
    const bytesBefore = socket.bytesRead
    this.look('/').catch(() => undefined) // then the connection is gone already
    const limitMs = this.#answerLimitMs
    this.#watchdog = this.#options.clock.after(limitMs, () => {
      if (socket.bytesRead > bytesBefore) this.#watch()
      else socket.destroy(new Error(`no answer within ${limitMs} ms`))
    })
  }

  #finish(reason: string): void {
    this.#end()
    this.#manager.socket?.destroy()
    this.#events.ended(reason)
  }

  #end(): void {
    this.#isOver = true
    this.#isConnected = false
    for (const timer of [this.#dialTimer, this.#handshakeTimer, this.#watchdog]) timer?.cancel()
    const error = over()
    for (const reject of this.#rejects) reject(error)
    this.#rejects.clear()
    for (const { reject } of this.#connectedWaiters) reject(error)
    this.#connectedWaiters.clear()
  }

  // --- requests

  #ask<T>(
    send: (done: (error: LibraryError | ZooKeeperError | null | undefined, value?: T) => void) => void,
  ): Promise<T> {
    if (this.#isOver) return Promise.reject(over())
    if (!this.#isConnected) return Promise.reject(new ZooKeeperError(zooKeeperCode.connectionLoss))
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject)
      send((error, value) => {
        this.#rejects.delete(reject)
        if (error === null || error === undefined) resolve(value as T)
        else reject(error instanceof ZooKeeperError ? error : new ZooKeeperError(error.code, { name: error.name }))
      })
    })
  }

  async #orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer
    } catch (error) {
      if (error instanceof ZooKeeperError && error.code === zooKeeperCode.noNode) return undefined
      throw error
    }
  }
}

const over = () => new ZooKeeperError(zooKeeperCode.sessionExpired)

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
