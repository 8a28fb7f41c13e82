// A program whose function fails: prints the call site and the stack of the failure in another thread, mapped to this file.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { callSite, capture, mapStack } from '../../../../src/closure/index.js'

interface Order {
  readonly id: number
  readonly price?: number
}

// biome-ignore lint/style/noEnum: something that only TypeScript has
enum Currency {
  Euro = 'EUR',
}

const checked = (order: Order): number => {
  if (order.price === undefined) throw new RangeError(`order ${order.id} has no price`)
  return order.price
}

export async function report(receiver: string): Promise<{ short: string; long: string; stack: string; line: number }> {
  const site = callSite('map')
  const total = (order: Order): string => {
    return `${checked(order)} ${Currency.Euro}`
  }
  const { bytes } = capture(total, { site })
  const thread = new Worker(receiver)
  thread.postMessage({ bytes, args: [{ id: 7 }] })
  const [answer] = (await once(thread, 'message')) as [string]
  await thread.terminate()
  return { short: site.short, long: site.long, line: site.line, stack: mapStack(answer) }
}
