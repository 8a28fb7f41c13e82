import { expect, test } from 'vitest'
import { withContext } from '../../kit/with-context.js'

test('a function that is declared async is called once for each record, from the first task on', async () => {
  await withContext('local[1]', async ({ sc }) => {
    const calls = sc.longAccumulator('calls')
    const seen = sc.collectionAccumulator<string>('seen')
    const numbers = sc.range(0, 4, 1, 2)
    const { pid } = process
    // Globals of a task's thread tell how often a function was called, accumulators how often it counts.
    const count = (key: string) => {
      const calls = globalThis as unknown as Record<string, number>
      const name = `${pid} ${key}`
      calls[name] = (calls[name] ?? 0) + 1
      return calls[name]
    }
    await numbers.foreach(async (n) => {
      calls.add(1)
      seen.add(`foreach ${n} ${count(`foreach ${n}`)}`)
    })
    await numbers.foreachPartition(async (records) => {
      for (const n of records) seen.add(`partition ${n} ${count(`partition ${n}`)}`)
    })
    const mapped = await numbers.map(async (n) => count(`map ${n}`)).collect()
    const flattened = await numbers
      .flatMap(async function* (n) {
        yield count(`flatMap ${n}`)
      })
      .collect()
    const partitions = await numbers
      .mapPartitions(async (records) => [...records].map((n) => count(`all ${n}`)))
      .collect()
    expect(calls.value).toBe(4)
    expect([...seen.value].every((text) => text.endsWith(' 1'))).toBe(true)
    expect([mapped, flattened, partitions]).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ])
  })
})
