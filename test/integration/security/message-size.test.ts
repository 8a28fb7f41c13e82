import { expect, test } from 'vitest'
import { failureOf } from '../../kit/eventually.js'
import { withContext } from '../../kit/with-context.js'

const mebibyte = 2 ** 20
/** The least that is accepted. */
const small = { 'spark.rpc.message.maxSize': '1m' }

test('what does not fit into a message is refused with the name of the limit, and the application goes on', () =>
  withContext(
    'local-cluster[1,1,512]',
    async ({ sc }) => {
      const text = 'x'.repeat(3 * mebibyte)
      const inData = await failureOf(sc.parallelize([text], 1).count())
      const inClosure = await failureOf(
        sc
          .parallelize([1], 1)
          .map((n) => n + text.length)
          .count(),
      )
      for (const error of [inData, inClosure]) {
        expect(error).toMatchObject({ code: 'FS_JOB_FAILED' })
        expect(error.message).toMatch(/FS_RPC_MESSAGE_TOO_LARGE.*spark\.rpc\.message\.maxSize, 1048576 bytes/)
      }
      expect(await sc.parallelize([1, 2, 3], 2).count()).toBe(3)
    },
    { conf: small },
  ))

test('bulk data come in pieces, however large: results, shuffles, cached blocks and broadcasts', () =>
  withContext(
    'local-cluster[2,1,512]',
    async ({ sc }) => {
      const results = await sc
        .parallelize([1, 2], 2)
        .map((n) => String(n).repeat(3 * mebibyte))
        .collect()
      expect(results.map((text) => text.length)).toEqual([3 * mebibyte, 3 * mebibyte])
      const value = sc.broadcast('b'.repeat(5 * mebibyte))
      const cached = sc
        .parallelize([1, 2, 3, 4], 4)
        .map((n): [number, string] => [n % 2, value.value.slice(0, 3 * mebibyte) + n])
      cached.cache()
      expect(await cached.count()).toBe(4)
      const grouped = await cached
        .groupByKey(2)
        .mapValues((texts) => [...texts].map((text) => text.length))
        .collect()
      expect(grouped.flatMap(([, lengths]) => lengths)).toEqual(Array(4).fill(3 * mebibyte + 1))
      // Its one partition reads all cached blocks, one at least from the other executor.
      expect(
        await cached
          .coalesce(1)
          .values()
          .map((text) => text.length)
          .sum(),
      ).toBe(4 * (3 * mebibyte + 1))
    },
    {
      conf: {
        ...small,
        'spark.shuffle.readHostLocalDisk': 'false',
        'spark.task.maxDirectResultSize': '64m',
        'spark.io.compression.codec': 'none',
      },
    },
  ))
