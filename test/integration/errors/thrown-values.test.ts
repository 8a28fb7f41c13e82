import type { FiresteelError } from 'firesteel'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../kit/eventually.js'
import { withContext } from '../../kit/with-context.js'

describe.each(['local[2,2]', 'local-cluster[1,2,512]'])('on %s', (master) => {
  const conf = { 'spark.task.maxFailures': 2 }
  const failing = (name: string, thrower: (n: number) => number, check: (error: FiresteelError) => void): void => {
    test(name, () =>
      withContext(
        master,
        async ({ sc, events }) => {
          const error = await failureOf(sc.parallelize([7], 1).map(thrower).collect())
          expect(error).toMatchObject({ code: 'FS_JOB_FAILED', details: { failures: 2, partition: 0 } })
          check(error as FiresteelError)
          expect(events.losses).toEqual([])
          expect(await sc.parallelize([1, 2, 3], 2).sum()).toBe(6)
        },
        { conf },
      ),
    )
  }

  failing(
    'an error keeps its type, its cause and the line of the program',
    (n) => {
      throw new RangeError(`bad ${n}`, { cause: new TypeError('deep down') })
    },
    (error) => {
      expect(error.message).toMatch(/RangeError: bad 7/)
      const cause = error.cause as Error
      expect(cause).toMatchObject({ name: 'RangeError', message: 'bad 7' })
      expect(cause.stack).toMatch(/thrown-values\.test\.ts:\d+:\d+/)
      expect(cause.cause).toMatchObject({ name: 'TypeError', message: 'deep down' })
      expect(error.stack).toMatch(/thrown-values\.test\.ts/)
    },
  )
  failing(
    'an error that is its own cause is told once',
    (n) => {
      const error = new Error(`round ${n}`)
      error.cause = error
      throw error
    },
    (error) => expect(error.message).toMatch(/round 7/),
  )
  failing(
    'a huge message is cut',
    () => {
      throw new Error(`begin ${'x'.repeat(100 << 20)} end`)
    },
    (error) => {
      expect(error.message).toMatch(/begin x/)
      expect(error.message.length).toBeLessThan(1 << 20)
    },
  )
  failing(
    'a text',
    () => {
      throw 'just a text'
    },
    (error) => expect(error.message).toMatch(/just a text/),
  )
  failing(
    'null',
    () => {
      throw null
    },
    (error) => expect(error.message).toMatch(/null/),
  )
  failing(
    'undefined',
    () => {
      throw undefined
    },
    (error) => expect(error.message).toMatch(/undefined/),
  )
  failing(
    'an object that refers to itself',
    () => {
      const knot: Record<string, unknown> = { what: 'knot' }
      knot.self = knot
      throw knot
    },
    (error) => expect(error.message).toMatch(/no Error/),
  )
  failing(
    'an error whose properties throw',
    () => {
      const error = new Error('hidden')
      for (const key of ['stack', 'message', 'name', 'cause']) {
        Object.defineProperty(error, key, {
          get: () => {
            throw new Error('a getter')
          },
        })
      }
      throw error
    },
    (error) => expect(error.message).toMatch(/message could not be read/),
  )
  failing(
    'a proxy that throws at every touch',
    () => {
      const refuse = (): never => {
        throw new Error('do not touch')
      }
      throw new Proxy({}, { get: refuse, getPrototypeOf: refuse, has: refuse, ownKeys: refuse })
    },
    (error) => expect(error.message).toMatch(/task of partition 0/),
  )
})

test('a task that fails three times and then succeeds does not fail its job', () =>
  withContext(
    'local-cluster[2,1,512]',
    async ({ sc, events }) => {
      const { TaskContext } = await import('firesteel')
      const sum = await sc
        .parallelize([1, 2], 2)
        .map((n) => {
          if (n === 2 && (TaskContext.get()?.attemptNumber() ?? 0) < 3) throw new Error('not yet')
          return n
        })
        .sum()
      expect(sum).toBe(3)
      expect(events.outcomes('failed')).toHaveLength(3)
    },
    { conf: { 'spark.task.maxFailures': 4 } },
  ))

test('local fails at the first failure, local[N,F] at the F-th', async () => {
  for (const [master, failures] of [
    ['local', 1],
    ['local[2]', 1],
    ['local[2,3]', 3],
  ] as const) {
    await withContext(master, async ({ sc, events }) => {
      const error = await failureOf(
        sc
          .parallelize([1], 1)
          .map(() => {
            throw new Error('always')
          })
          .count(),
      )
      expect(error).toMatchObject({ code: 'FS_JOB_FAILED', details: { failures } })
      expect(events.outcomes('failed')).toHaveLength(failures)
    })
  }
})
