import { describe, expect, test } from 'vitest'
import { failureOf } from '../kit/eventually.js'
import { withContext } from '../kit/with-context.js'

const growHeap = (): number => {
  const hoard: unknown[] = []
  for (let i = 0; ; i++) hoard.push({ i, text: `some text ${i}`, more: [i] })
}

const growBuffers = (): number => {
  const hoard: Buffer[] = []
  for (let i = 0; ; i++) hoard.push(Buffer.alloc(16 << 20, i))
}

describe.each(['local[2,1]', 'local-cluster[1,2,256]'])('on %s', (master) => {
  const conf = { 'spark.task.maxFailures': 1, 'spark.driver.memory': '256m' }

  test('a task that only grows fails its job by name, others and later jobs go on', () =>
    withContext(
      master,
      async ({ sc }) => {
        const others = sc.parallelize([1, 2, 3, 4], 2).map((n) => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
          return n
        })
        const bomb = failureOf(sc.parallelize([0], 1).map(growHeap).collect())
        const sum = others.sum()
        const error = await bomb
        expect(error).toMatchObject({ code: 'FS_JOB_FAILED' })
        expect(error.message).toMatch(/FS_TASK_(OUT_OF_MEMORY|HEAP_LIMIT)/)
        expect(error.message).toMatch(/\d+ MiB/)
        expect(await sum).toBe(10)
        expect(await others.sum()).toBe(10)
      },
      { conf },
    ))
})

test('a task that hoards buffers is ended by name, or its executor is and says why, and later jobs run', () =>
  withContext(
    'local-cluster[1,1,128]',
    async ({ sc }) => {
      const error = await failureOf(sc.parallelize([0], 1).map(growBuffers).collect())
      expect(error.message).toMatch(/FS_TASK_OUT_OF_MEMORY|FS_JOB_TASK_KILLS_EXECUTORS/)
      expect(await sc.parallelize([1, 2], 2).sum()).toBe(3)
    },
    { conf: { 'spark.task.maxFailures': 1 } },
  ))
