import type { Packet, PacketSink, Transport } from './packet.js'

/** Two transports, each the other's far end. */
export function joinInProcess(): [Transport, Transport] {
  const here = new InProcessTransport()
  const there = new InProcessTransport()
  here.join(there)
  there.join(here)
  return [here, there]
}

/**
 * Delivers in a microtask, so that a sender is never re-entered by its receiver: what holds over a socket, holds here. All
 * that was sent in one turn is delivered in one go.
 */
class InProcessTransport implements Transport {
  readonly address = 'in-process'
  readonly backlog = 0
  #other: InProcessTransport | undefined
  #sink: PacketSink | undefined
  /** Packets on their way to this end. */
  #arriving: Packet[] = []
  #scheduled = false
  #state: 'open' | 'closing' | 'ended' = 'open'

  join(other: InProcessTransport): void {
    this.#other = other
  }

  start(sink: PacketSink): void {
    this.#sink = sink
    this.#schedule()
  }

  send(packet: Packet): void {
    if (this.#state === 'open') this.#other?.arrive(packet)
  }

  arrive(packet: Packet): void {
    if (this.#state !== 'open') return
    this.#arriving.push(packet)
    this.#schedule()
  }

  async drained(): Promise<void> {}

  async close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing'
    this.#other?.farEndClosed()
    this.#schedule()
  }

  /** What the far end sent before it closed still arrives. */
  farEndClosed(): void {
    if (this.#state === 'open') this.#state = 'closing'
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled || this.#sink === undefined) return
    if (this.#arriving.length === 0 && this.#state !== 'closing') return
    this.#scheduled = true
    queueMicrotask(() => this.#deliver(this.#sink as PacketSink))
  }

  #deliver(sink: PacketSink): void {
    this.#scheduled = false
    const arrived = this.#arriving
    this.#arriving = []
    for (const packet of arrived) sink.packet(packet)
    if (this.#state === 'closing' && this.#arriving.length === 0) {
      this.#state = 'ended'
      sink.ended(undefined)
    } else {
      this.#schedule()
    }
  }
}
