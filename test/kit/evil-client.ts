import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { applicationKey } from '../../src/rpc/handshake/application-key.js'
import { ClientHandshake } from '../../src/rpc/handshake/handshake.js'
import { ephemeralKey } from '../../src/rpc/handshake/session-keys.js'
import { RecordSealer } from '../../src/rpc/wire/record-cipher.js'
import { within } from './eventually.js'

/** Says these bytes to a port and waits until it hangs up, or a moment has passed; nothing is said when there are none. */
export function say(port: number, bytes: Buffer, patienceMs = 1_000): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      if (bytes.length > 0) socket.write(bytes)
    })
    const timer = setTimeout(() => socket.destroy(), patienceMs)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.resume()
  })
}

/** A connection that stays and says nothing. */
export function lurk(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined)
  socket.resume()
  return socket
}

const keys = new Map<string, Promise<Uint8Array>>()

/** Slow to make, by intent. */
function keyOf(secret: string): Promise<Uint8Array> {
  const key = keys.get(secret) ?? applicationKey(secret)
  keys.set(secret, key)
  return key
}

/** Somebody who has the secret of the cluster, and whose bytes behind the handshake are any. */
export class EvilClient {
  readonly socket: Socket
  readonly closed: Promise<void>
  readonly #sealer: RecordSealer

  private constructor(socket: Socket, sealer: RecordSealer) {
    this.socket = socket
    this.#sealer = sealer
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
  }

  static async connect(port: number, secret: string): Promise<EvilClient> {
    const key = await keyOf(secret)
    const nonce = randomBytes(32)
    const handshake = new ClientHandshake({ name: 'evil', applicationKey: key, nonce, ephemeralKey: ephemeralKey() })
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => undefined)
    const sending = new Promise<Uint8Array>((resolve, reject) => {
      socket.once('connect', () => socket.write(handshake.start()))
      socket.once('close', () => reject(new Error('it hung up')))
      const onData = (bytes: Buffer): void => {
        const step = handshake.receive(bytes)
        if (step.send !== undefined) socket.write(step.send)
        if (step.kind === 'more') return
        socket.off('data', onData)
        socket.resume()
        if (step.kind === 'done' && step.frameKeys !== undefined) resolve(step.frameKeys.send)
        else reject(new Error(`${step.kind}, where frames that are encrypted are expected`))
      }
      socket.on('data', onData)
    })
    return new EvilClient(socket, new RecordSealer(await within(10_000, 'a handshake', sending)))
  }

  /** Sealed as the protocol wants it, whatever it is. */
  send(bytes: Buffer): void {
    for (const part of this.#sealer.seal([bytes])) this.socket.write(part)
  }

  /** A frame whose header is this text. */
  frame(header: string): void {
    const text = Buffer.from(header)
    const frame = Buffer.alloc(8 + text.length)
    frame.writeUInt32LE(4 + text.length, 0)
    frame.writeUInt32LE(text.length, 4)
    text.copy(frame, 8)
    this.send(frame)
  }

  /** Only that a frame of this length follows. */
  declare(bytes: number): void {
    const prefix = Buffer.alloc(4)
    prefix.writeUInt32LE(bytes)
    this.send(prefix)
  }
}
