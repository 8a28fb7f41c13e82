import { expect, test } from 'vitest'
import { failureOf } from '../../kit/eventually.js'
import { withContext } from '../../kit/with-context.js'

const text = 'the same words again and again, '.repeat(20)

/** Bytes that a cached RDD takes, after checking that it reads back right, from another executor too. */
async function cachedBytes(conf: Record<string, string | boolean>): Promise<number> {
  let bytes = 0
  await withContext(
    'local-cluster[2,1,512]',
    async ({ sc }) => {
      const cached = sc.range(0, 4000, 1, 4).map((n) => ({ n, text: text + (n % 7) }))
      cached.cache()
      expect(await cached.count()).toBe(4000)
      const sums = await cached
        .coalesce(1)
        .map(({ n, text }) => n + Number(text.at(-1)))
        .sum()
      expect(sums).toBe(Array.from({ length: 4000 }, (_, n) => n + (n % 7)).reduce((a, b) => a + b))
      const [info] = sc.getRDDStorageInfo()
      bytes = (info?.memoryBytes ?? 0) + (info?.diskBytes ?? 0)
    },
    { conf },
  )
  return bytes
}

test('cached partitions are compressed when spark.rdd.compress says so, with the codec of spark.io.compression.codec', async () => {
  const plain = await cachedBytes({})
  expect(await cachedBytes({ 'spark.rdd.compress': true })).toBeLessThan(plain)
  expect(await cachedBytes({ 'spark.rdd.compress': true, 'spark.io.compression.codec': 'deflate' })).toBeLessThan(plain)
  expect(await cachedBytes({ 'spark.rdd.compress': true, 'spark.io.compression.codec': 'none' })).toBe(plain)
})

test('a codec that is not known, or that this Node.js lacks, is refused when the context starts', async () => {
  const refused = (codec: string) =>
    failureOf(withContext('local', async () => undefined, { conf: { 'spark.io.compression.codec': codec } }))
  expect((await refused('lzf')).message).toMatch(/spark\.io\.compression\.codec cannot be 'lzf'.*lz4, snappy, zstd/)
})
