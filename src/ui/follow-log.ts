import type { Clock, Timer } from '../common/index.js'
import { getLogger } from '../common/log/index.js'
import type { WebContext } from '../web/index.js'
import { event, eventStream } from './live.js'
import { printable, type ReadLog } from './log-text.js'

/** A log that is looked at is looked into so often. */
const intervalMs = 1000
/** What came in between is sent up to this; of more, the last part. */
const mostBytes = 256 * 1024

const log = getLogger('WebUi')

/** Sends what is written to a log from now on; `from` in the query says up to where the page has it. */
export function followLog(c: WebContext, { read, clock }: { read: ReadLog; clock: Clock }): Response {
  const from = Number(c.req.header('last-event-id') ?? c.req.query('from') ?? Number.NaN)
  let at = Number.isSafeInteger(from) && from >= 0 ? from : undefined
  let timer: Timer | undefined
  let isOver = false
  const stop = (): void => {
    isOver = true
    timer?.cancel()
  }
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      stream.enqueue(new TextEncoder().encode('retry: 3000\n\n'))
      const look = async (): Promise<void> => {
        if ((stream.desiredSize ?? 0) > -8) at = await sendNews(stream, { read, at, isOver: () => isOver })
        if (!isOver) timer = clock.after(intervalMs, () => void lookSafely())
      }
      const lookSafely = (): Promise<void> =>
        look().catch((error) => {
          log.error('cannot follow a log', { error })
          stop()
          stream.close()
        })
      void lookSafely()
    },
    cancel: stop,
  })
  c.req.raw.signal.addEventListener('abort', stop, { once: true })
  return eventStream(c, body)
}

interface Following {
  readonly read: ReadLog
  readonly at: number | undefined
  readonly isOver: () => boolean
}

async function sendNews(
  stream: ReadableStreamDefaultController<Uint8Array>,
  { read, at, isOver }: Following,
): Promise<number | undefined> {
  const glance = await read({ bytes: 1 })
  if (glance === undefined || isOver()) return at
  const { total } = glance
  // A log that has become shorter is a new one.
  const known = at === undefined || at > total ? total : at
  if (known === total && at === known) {
    stream.enqueue(new TextEncoder().encode(': nothing new\n\n'))
    return at
  }
  const wanted = Math.min(mostBytes, total - known)
  const news = wanted === 0 ? undefined : await read({ end: total, bytes: wanted })
  if (isOver()) return at
  const end = news?.end ?? total
  const text = printable(news?.text ?? '')
  stream.enqueue(event('log', { text, skipped: Math.max(0, (news?.start ?? end) - known), end, total }))
  return end
}
