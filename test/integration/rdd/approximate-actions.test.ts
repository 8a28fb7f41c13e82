import { expect, test } from 'vitest'
import { codeOf, onContexts } from './rdd.test-kit.js'

onContexts('approximate actions', {}, (bench) => {
  /** The partitions from the fourth on end when the test is over. */
  const partlySlow = () =>
    bench.sc.range(0, 800, 1, 8).mapAsync(async (x) => {
      if (x >= 400) await new Promise((resolve) => setTimeout(resolve, 60_000))
      return x % 100
    })

  test('in time, results are exact and final', async () => {
    const rdd = bench.sc.range(0, 100, 1, 4)
    const count = await rdd.countApprox(60_000)
    expect(count.isInitialValueFinal).toBe(true)
    expect(count.initialValue).toEqual({ mean: 100, confidence: 1, low: 100, high: 100 })
    expect(await count.getFinalValue()).toEqual(count.initialValue)
    expect((await rdd.sumApprox(60_000)).initialValue.mean).toBe(4950)
    expect((await rdd.meanApprox(60_000)).initialValue.mean).toBeCloseTo(49.5, 12)
    const byValue = await rdd.map((x) => x % 2).countByValueApprox(60_000)
    expect(byValue.initialValue.get(1)?.mean).toBe(50)
    const byKey = await rdd.keyBy((x) => [x % 4]).countByKeyApprox(60_000)
    expect(byKey.initialValue.get([3])?.high).toBe(25)
    expect((await bench.sc.emptyRDD().countApprox(60_000)).initialValue.mean).toBe(0)
  })

  test('when time is up, bounds hold the truth', async () => {
    bench.sc.addJobTag('slow')
    const count = await partlySlow().countApprox(1500, 0.9)
    bench.sc.cancelJobsWithTag('slow')
    expect(count.isInitialValueFinal).toBe(false)
    const { mean, confidence, low, high } = count.initialValue
    expect(confidence).toBe(0.9)
    expect(mean).toBe(800)
    expect(low).toBeLessThan(800)
    expect(high).toBeGreaterThan(800)
    expect(await codeOf(count.getFinalValue())).toBe('FS_JOB_CANCELLED')
    const sum = await partlySlow().sumApprox(1500)
    bench.sc.cancelJobsWithTag('slow')
    expect(sum.initialValue.low).toBeLessThan(39_600)
    expect(sum.initialValue.high).toBeGreaterThan(39_600)
    const average = await partlySlow().meanApprox(1500)
    bench.sc.cancelJobsWithTag('slow')
    expect(average.initialValue.low).toBeLessThan(49.5)
    expect(average.initialValue.high).toBeGreaterThan(49.5)
    bench.sc.clearJobTags()
  })

  test('a failing job rejects', async () => {
    const failing = bench.sc.range(0, 4).map((): number => {
      throw new Error('no')
    })
    expect(await codeOf(failing.countApprox(60_000))).not.toBe('nothing was thrown')
    expect(await codeOf(bench.sc.range(0, 4).countApprox(10, 2))).toBe('FS_RDD_ARGUMENT')
  })

  test('an evaluator of your own hears of each partition', async () => {
    let sum = 0
    const evaluator = {
      merge(_partition: number, part: number) {
        sum += part
      },
      currentResult: () => sum,
    }
    const count = (records: IterableIterator<number>) => [...records].length
    const result = await bench.sc.runApproximateJob(bench.sc.range(0, 10, 1, 3), count, evaluator, 60_000)
    expect(result.initialValue).toBe(10)
  })

  test('distinct records are counted about right, for each key too', async () => {
    const rdd = bench.sc.range(0, 30_000, 1, 6)
    expect(Math.abs((await rdd.map((x) => x % 5000).countApproxDistinct(0.01)) - 5000)).toBeLessThan(200)
    expect(await bench.sc.emptyRDD().countApproxDistinct()).toBe(0)
    const byKey = await rdd
      .map((x): [string, number] => (x % 2 === 0 ? ['even', x % 100] : ['odd', x]))
      .countApproxDistinctByKey(0.01)
      .collectAsMap()
    expect(byKey.get('even')).toBe(50)
    expect(Math.abs((byKey.get('odd') as number) - 15_000)).toBeLessThan(600)
    expect(await codeOf(rdd.countApproxDistinct(0.000001))).toBe('FS_RDD_ARGUMENT')
  })
})
