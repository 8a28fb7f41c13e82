import { inspect } from 'node:util'

/** Calls a function and shows what came out, so that two calls in two processes can be compared. */
export async function outcome(fn: (...args: never[]) => unknown, args: readonly unknown[]): Promise<string> {
  try {
    return inspect(await settle(fn(...(args as never[]))), { depth: 8 })
  } catch (error) {
    return `threw ${(error as Error).stack}`
  }
}

async function settle(result: unknown): Promise<unknown> {
  const value: unknown = await result
  if (typeof value !== 'object' || value === null) return value
  if (Symbol.asyncIterator in value) {
    const items: unknown[] = []
    for await (const item of value as AsyncIterable<unknown>) items.push(item)
    return items
  }
  return 'next' in value && Symbol.iterator in value ? [...(value as Iterable<unknown>)] : value
}
