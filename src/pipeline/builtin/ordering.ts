import { decodeValue } from '../../serializer/index.js'
import { registerBuiltins } from '../builtins.js'
import type { RecordConsumer } from '../record-consumer.js'
import type { UserFunction } from '../task-services.js'
import { orderOf } from './synchronous.js'

interface OrderArgs {
  readonly operation: string
  /** The last ones instead of the first. */
  readonly reverse?: boolean
}

registerBuiltins({
  /** Of two records the one that comes first in order. */
  firstOf: ({ operation, reverse }: OrderArgs, [compare]) => {
    const order = ordered(compare, operation, reverse)
    return (a: unknown, b: unknown) => (order(b, a) < 0 ? b : a)
  },
  /** Whether a pair's key lies between two others, both included. */
  inRange: ({ bounds }: { readonly bounds: string }, [compare]) => {
    const order = orderOf(compare, 'filterByRange')
    const [lower, upper] = decodeValue(Buffer.from(bounds, 'base64')) as [unknown, unknown]
    return ([key]: readonly [unknown, unknown]) => order(key, lower) >= 0 && order(key, upper) <= 0
  },
  /** The first `n` records in order. */
  takeOrdered:
    ({ n, operation, reverse }: OrderArgs & { readonly n: number }, [compare]) =>
    () =>
      new FirstInOrder(n, ordered(compare, operation, reverse)),
})

function ordered(compare: UserFunction | undefined, operation: string, reverse = false) {
  const order = orderOf(compare, operation)
  return reverse ? (a: unknown, b: unknown) => order(b, a) : order
}

/** Gathers at most twice what is wanted, then sorts and cuts; what comes after the last one wanted is not even gathered. */
class FirstInOrder implements RecordConsumer {
  readonly #n: number
  readonly #order: (a: unknown, b: unknown) => number
  readonly #room: number
  #records: unknown[] = []
  #isFull = false
  #last: unknown

  constructor(n: number, order: (a: unknown, b: unknown) => number) {
    this.#n = n
    this.#order = order
    this.#room = n + Math.max(n, 256)
  }

  add(records: readonly unknown[]): void {
    if (this.#n === 0) return
    for (const record of records) {
      if (this.#isFull && this.#order(record, this.#last) >= 0) continue
      this.#records.push(record)
      if (this.#records.length >= this.#room) this.#cut()
    }
  }

  finish(): unknown[] {
    this.#cut()
    return this.#records
  }

  #cut(): void {
    sortRecords(this.#records, this.#order)
    if (this.#records.length < this.#n) return
    this.#records.length = this.#n
    this.#isFull = true
    this.#last = this.#records[this.#n - 1]
  }
}

/** Sorts in place and stably. Unlike `Array.prototype.sort`, which moves undefined to the end unasked, it leaves all to the order. */
export function sortRecords(records: unknown[], order: (a: unknown, b: unknown) => number): void {
  if (!records.includes(undefined)) {
    records.sort(order)
    return
  }
  const boxed = records.map((value) => ({ value })).sort((a, b) => order(a.value, b.value))
  for (let i = 0; i < boxed.length; i++) records[i] = (boxed[i] as { value: unknown }).value
}
