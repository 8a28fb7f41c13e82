import type { Clock, Timer } from '../common/index.js'
import { getLogger } from '../common/log/index.js'
import type { WebContext } from '../web/index.js'
import { type Region, versionOf } from './page.js'

export interface LiveOptions {
  /** Calls back when something has changed; returns what ends that. */
  readonly onChange: (listener: () => void) => () => void
  readonly clock: Clock
}

interface Viewer {
  /** Viewers of the same key see the same. */
  readonly key: string
  readonly render: () => readonly Region[]
  readonly seen: Map<string, string>
  readonly stream: ReadableStreamDefaultController<Uint8Array>
}

/** Regions are sent anew at most so often; and so seldom that at most this part of the time goes into it. */
const intervalMs = 500
const largestShare = 0.05
/** Something is sent at least so often, so that proxies keep the stream and a browser that is gone is noticed. */
const silenceMs = 20_000
/** More than so many at once get pages without updates. */
const mostViewers = 200

const bytes = new TextEncoder()
const log = getLogger('WebUi')

/**
 * Keeps pages up to date that somebody looks at, by Server-Sent Events: each region of a page that has come out differently is sent as a
 * whole. With no viewer nothing is rendered, and nothing is listened to.
 */
export class Live {
  readonly #options: LiveOptions
  readonly #viewers = new Set<Viewer>()
  #unsubscribe: (() => void) | undefined
  #update: Timer | undefined
  #keepAlive: Timer | undefined
  /** When the next update may be sent. */
  #notBefore = Number.NEGATIVE_INFINITY

  constructor(options: LiveOptions) {
    this.#options = options
  }

  get viewers(): number {
    return this.#viewers.size
  }

  /** Whether a request asks for the stream of a page rather than the page. */
  static isAskedFor(c: WebContext): boolean {
    return c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/event-stream')
  }

  /**
   * The stream of one viewer. `seen` in the query says which regions the page has: `id:version,…`.
   *
   * @param key whatever the regions depend on besides the daemon's state: viewers of one key share one rendering
   */
  stream(c: WebContext, { key, render }: Pick<Viewer, 'key' | 'render'>): Response {
    if (this.#viewers.size >= mostViewers) return c.text('Too many pages are being kept up to date.\n', 503)
    const seen = new Map((c.req.query('seen') ?? '').split(',').map((part) => split(part)))
    let leave = (): void => {}
    const body = new ReadableStream<Uint8Array>(
      {
        start: (stream) => {
          const viewer = { key, render, seen, stream }
          leave = () => this.#leave(viewer)
          stream.enqueue(bytes.encode('retry: 3000\n\n'))
          this.#enter(viewer)
        },
        cancel: () => leave(),
      },
      // In bytes: a viewer that is behind by that much is passed over until it has caught up.
      new ByteLengthQueuingStrategy({ highWaterMark: 256 * 1024 }),
    )
    c.req.raw.signal.addEventListener('abort', () => leave(), { once: true })
    return eventStream(c, body)
  }

  /** Ends all streams. */
  close(): void {
    for (const viewer of [...this.#viewers]) this.#leave(viewer)
  }

  #enter(viewer: Viewer): void {
    this.#viewers.add(viewer)
    this.#unsubscribe ??= this.#options.onChange(() => this.#schedule())
    if (this.#keepAlive === undefined) this.#stayAlive()
    this.#send([viewer])
  }

  #leave(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer)) return
    try {
      viewer.stream.close()
    } catch {
      // The browser has closed it.
    }
    if (this.#viewers.size > 0) return
    this.#unsubscribe?.()
    this.#update?.cancel()
    this.#keepAlive?.cancel()
    this.#unsubscribe = undefined
    this.#update = undefined
    this.#keepAlive = undefined
  }

  #schedule(): void {
    if (this.#update !== undefined) return
    const { clock } = this.#options
    this.#update = clock.after(Math.max(0, this.#notBefore - clock.now()), () => {
      this.#update = undefined
      const before = clock.now()
      this.#send([...this.#viewers])
      const now = clock.now()
      this.#notBefore = now + Math.max(intervalMs, (now - before) / largestShare)
    })
  }

  #send(viewers: readonly Viewer[]): void {
    const rendered = new Map<string, readonly VersionedRegion[]>()
    for (const viewer of viewers) {
      if ((viewer.stream.desiredSize ?? 0) <= 0) continue
      try {
        const regions = rendered.get(viewer.key) ?? viewer.render().map(withVersion)
        rendered.set(viewer.key, regions)
        send(viewer, regions)
      } catch (error) {
        // A page that cannot be shown must not take the daemon with it; its viewer asks again in a moment.
        log.error('cannot bring a page up to date', { error })
        this.#leave(viewer)
      }
    }
  }

  #stayAlive(): void {
    this.#keepAlive = this.#options.clock.after(silenceMs, () => {
      for (const { stream } of this.#viewers) {
        if ((stream.desiredSize ?? 0) > 0) stream.enqueue(bytes.encode(': still here\n\n'))
      }
      // What some have missed while they were behind.
      this.#send([...this.#viewers])
      this.#stayAlive()
    })
  }
}

export function eventStream(c: WebContext, body: ReadableStream<Uint8Array>): Response {
  // Proxies such as nginx would hold the events back.
  return c.body(body, 200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' })
}

/** One event with a JSON value, which has no line breaks. */
export function event(name: string, value: unknown): Uint8Array {
  return bytes.encode(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`)
}

interface VersionedRegion {
  readonly id: string
  readonly version: string
  readonly event: Uint8Array
}

function withVersion(region: Region): VersionedRegion {
  const { id, content } = region
  const version = versionOf(region)
  return { id, version, event: event('region', { id, version, html: content.toString() }) }
}

function send({ seen, stream }: Viewer, regions: readonly VersionedRegion[]): void {
  for (const { id, version, event: bytesOfEvent } of regions) {
    if (seen.get(id) === version) continue
    seen.set(id, version)
    stream.enqueue(bytesOfEvent)
  }
}

function split(part: string): [string, string] {
  const at = part.lastIndexOf(':')
  return [part.slice(0, at), part.slice(at + 1)]
}
