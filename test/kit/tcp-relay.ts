import { connect, createServer, type Server, type Socket } from 'node:net'

interface Line {
  readonly near: Socket
  readonly far: Socket
}

/**
 * A relay between executors and their driver that a test can cut or hold. It listens on another loopback address than the driver, with the
 * same port: the driver binds 127.0.0.1 and advertises the relay's address.
 */
export class TcpRelay {
  static readonly host = '127.0.0.2'
  readonly #server: Server
  readonly #hear: ((bytes: Buffer) => void) | undefined
  readonly #lines: Line[] = []
  #isHeld = false

  private constructor(server: Server, hear: ((bytes: Buffer) => void) | undefined) {
    this.#server = server
    this.#hear = hear
  }

  /** Settings that make executors dial the relay. */
  static conf(port: number): Record<string, string | number> {
    return { 'spark.driver.bindAddress': '127.0.0.1', 'spark.driver.host': TcpRelay.host, 'spark.driver.port': port }
  }

  /** @param hear is given all bytes of both directions, as an eavesdropper has them */
  static async open(port: number, hear?: (bytes: Buffer) => void): Promise<TcpRelay> {
    const server = createServer()
    const relay = new TcpRelay(server, hear)
    server.on('connection', (near) => relay.#connected(near, connect({ host: '127.0.0.1', port })))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: TcpRelay.host, port }, resolve)
    })
    return relay
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#lines.length
  }

  /** Breaks the oldest connection, as a pulled cable that both sides notice. */
  cutOne(): void {
    const line = this.#lines[0]
    line?.near.resetAndDestroy()
    line?.far.resetAndDestroy()
  }

  /** From now on nothing gets through, and nobody is told. */
  hold(): void {
    this.#isHeld = true
    for (const { near, far } of this.#lines) {
      near.pause()
      far.pause()
    }
  }

  /** What was held goes through, late. */
  release(): void {
    this.#isHeld = false
    for (const { near, far } of this.#lines) {
      near.resume()
      far.resume()
    }
  }

  async close(): Promise<void> {
    for (const { near, far } of [...this.#lines]) {
      near.destroy()
      far.destroy()
    }
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #connected(near: Socket, far: Socket): void {
    const line = { near, far }
    this.#lines.push(line)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes: Buffer) => {
        this.#hear?.(bytes)
        to.write(bytes)
      })
      from.on('end', () => to.end())
      from.on('error', () => undefined)
      from.on('close', () => {
        to.destroy()
        const at = this.#lines.indexOf(line)
        if (at >= 0) this.#lines.splice(at, 1)
      })
      if (this.#isHeld) from.pause()
    }
  }
}

/** A port that was free a moment ago on every loopback address. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen({ host: '0.0.0.0', port: 0 }, resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
