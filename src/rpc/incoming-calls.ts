import { FiresteelError, toWireError } from '../common/errors/index.js'
import type { Endpoints } from './endpoints.js'
import { IncomingCall } from './incoming-call.js'
import type { RpcMessage, RpcReply } from './message.js'
import type { Packet } from './packet.js'
import type { RpcPeer } from './peer.js'

export interface IncomingCallsOptions {
  readonly peer: RpcPeer
  readonly endpoints: Endpoints
  readonly send: (packet: Packet) => void
  /** A one-way message that failed. */
  readonly onFault: (error: unknown, endpoint: string, method: string) => void
}

type Call = Extract<Packet, { kind: 'ask' | 'open' }>

/** The calls that the other side made: runs their handlers and sends back what they give. */
export class IncomingCalls {
  readonly #peer: RpcPeer
  readonly #endpoints: Endpoints
  readonly #send: (packet: Packet) => void
  readonly #onFault: (error: unknown, endpoint: string, method: string) => void
  readonly #open = new Map<number, IncomingCall>()
  readonly #oneWay: IncomingCall

  constructor(options: IncomingCallsOptions) {
    this.#peer = options.peer
    this.#endpoints = options.endpoints
    this.#send = options.send
    this.#onFault = options.onFault
    this.#oneWay = new IncomingCall(this.#peer)
  }

  /** A one-way message: what the handler returns is ignored, what it throws is a fault. */
  receive(packet: Extract<Packet, { kind: 'send' }>): void {
    const { endpoint, method } = packet
    try {
      const reply = this.#endpoints.find(endpoint, method)(packet.message, this.#oneWay)
      if (isPromise(reply)) reply.then(undefined, (error: unknown) => this.#onFault(error, endpoint, method))
    } catch (error) {
      this.#onFault(error, endpoint, method)
    }
  }

  answer(packet: Call): void {
    const call = new IncomingCall(this.#peer, packet.kind === 'open' ? packet.window : 0)
    let reply: RpcReply
    try {
      reply = this.#endpoints.find(packet.endpoint, packet.method)(packet.message, call)
    } catch (error) {
      this.#fail(packet.id, error)
      return
    }
    if (packet.kind === 'ask' && !isLater(reply)) {
      // A plain answer never waits, so nobody needs to find its call.
      this.#reply(packet.id, reply ?? undefined)
      return
    }
    this.#open.set(packet.id, call)
    void this.#finish(packet, call, reply)
  }

  cancel(id: number): void {
    const call = this.#open.get(id)
    if (call === undefined) return
    this.#open.delete(id)
    call.end(new FiresteelError('FS_RPC_ASK_CANCELLED', { peer: this.#peer.address, id }))
  }

  grant(id: number, count: number): void {
    this.#open.get(id)?.grant(count)
  }

  /** The connection has ended: nobody waits for any answer. */
  close(reason: Error): void {
    const calls = [...this.#open.values(), this.#oneWay]
    this.#open.clear()
    for (const call of calls) call.end(reason)
  }

  async #finish(packet: Call, call: IncomingCall, reply: RpcReply): Promise<void> {
    try {
      const answer = await reply
      if (packet.kind === 'open') await this.#produce(packet.id, call, answer)
      else if (isStream(answer)) throw new FiresteelError('FS_RPC_STREAM_MISMATCH', names(packet))
      else if (!call.ended) this.#reply(packet.id, answer ?? undefined)
    } catch (error) {
      if (!call.ended) this.#fail(packet.id, error)
    } finally {
      this.#open.delete(packet.id)
    }
  }

  async #produce(id: number, call: IncomingCall, answer: Awaited<RpcReply>): Promise<void> {
    const items = isStream(answer) ? answer : once(answer ?? undefined)
    const iterator = items[Symbol.asyncIterator]()
    try {
      while (await call.mayProduce()) {
        const next = await iterator.next()
        if (call.ended) break
        if (next.done === true) return this.#send({ kind: 'end', id })
        this.#send({ kind: 'item', id, message: next.value })
      }
    } catch (error) {
      // An iterator that throws has ended itself; one whose item cannot be sent has not.
      await iterator.return?.().catch(() => undefined)
      throw error
    }
    await iterator.return?.()
  }

  #reply(id: number, message: RpcMessage | undefined): void {
    try {
      this.#send({ kind: 'reply', id, message: message ?? emptyMessage })
    } catch (error) {
      this.#fail(id, error)
    }
  }

  #fail(id: number, error: unknown): void {
    const wire = toWireError(error)
    try {
      this.#send({ kind: 'fail', id, error: wire })
    } catch {
      // The error itself does not fit into a message; its beginning does.
      const { name, message } = wire
      this.#send({ kind: 'fail', id, error: { name: name.slice(0, 100), message: message.slice(0, 1_000) } })
    }
  }
}

const emptyMessage: RpcMessage = { body: undefined }

function names(packet: Call): { endpoint: string; method: string } {
  return { endpoint: packet.endpoint, method: packet.method }
}

function isPromise(reply: RpcReply): reply is Exclude<Extract<RpcReply, PromiseLike<unknown>>, RpcMessage> {
  return typeof reply === 'object' && reply !== null && 'then' in reply
}

function isStream(answer: RpcReply): answer is AsyncIterable<RpcMessage> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer
}

function isLater(reply: RpcReply): reply is Exclude<RpcReply, RpcMessage | undefined> {
  return isPromise(reply) || isStream(reply)
}

async function* once(message: RpcMessage | undefined): AsyncGenerator<RpcMessage> {
  if (message !== undefined) yield message
}
