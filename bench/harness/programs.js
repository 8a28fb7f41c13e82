import { median } from './median.js'
import { verifySorted } from './verify-sorted.js'

const REDUCERS = '8'

/**
 * The programs, at their full size. `source` names the file on each peer (word-count.ts, WordCount.java, word_count.py).
 * `args(scale, paths, output)` gives the command line, with `paths` the input files of `data(scale)` in their order.
 * `verify` checks what the program left on disk, when it prints no checksum itself. `figures` turns the metrics that a
 * program prints into those that are reported; `better` tells which direction is good.
 */
export const programs = [
  {
    name: 'start-stop',
    what: 'create a context, stop it',
    args: () => [],
    figures: (metrics) => [
      { name: 'create', unit: 's', better: 'lower', value: metrics.create_s },
      { name: 'stop', unit: 's', better: 'lower', value: metrics.stop_s },
    ],
  },
  {
    name: 'pi',
    what: '100 M random points: `range`, `filter`, `count`',
    args: (scale) => [count(1e8 * scale), '8'],
  },
  {
    name: 'empty-tasks',
    what: '10,000 tasks that do nothing (`foreachPartition`), one job in a cold process',
    args: (scale) => [emptyTasks(scale), '1'],
    leavesOut: { pyspark: 'its Python workers take minutes for 10,000 tasks; see the README' },
    figures: (metrics) => [{ name: 'first job', unit: 'tasks/s', better: 'higher', value: metrics.job_1_tasks_per_s }],
  },
  {
    name: 'empty-tasks-warm',
    source: 'empty-tasks',
    what: 'the same job ten times in one process; the rate is the median of the last five',
    args: (scale) => [emptyTasks(scale), '10'],
    leavesOut: { pyspark: 'as above' },
    figures: (metrics) => [
      { name: 'warm rate', unit: 'tasks/s', better: 'higher', value: medianOf(metrics, 'job_', 6, 10, '_tasks_per_s') },
    ],
  },
  {
    name: 'word-count',
    what: '1 GB of text: `flatMap`, `map`, `reduceByKey`; then `count`, the total by `reduce`, ten by `takeOrdered`',
    data: (scale) => [{ kind: 'words', size: 1e9 * scale }],
    args: (scale, [text]) => [text, splits(scale), REDUCERS],
  },
  {
    name: 'sort',
    what: '10 M lines of 100 bytes: `sortByKey` on the first ten characters, `saveAsTextFile`',
    data: (scale) => [{ kind: 'records', size: 1e7 * scale }],
    args: (scale, [records], output) => [records, splits(scale), REDUCERS, output],
    verify: (output, [records]) => verifySorted(output, records),
  },
  {
    name: 'join',
    what: '2 M orders with 1 M customers, both from CSV: `join`, `map`, `reduce`',
    data: (scale) => [
      { kind: 'orders', size: 2e6 * scale },
      { kind: 'customers', size: 1e6 * scale },
    ],
    args: (_scale, [orders, customers]) => [orders, customers, '4', REDUCERS],
  },
  {
    name: 'group-by-key',
    what: '10 M pairs with 100,000 keys: `groupByKey`, `mapValues` over each group, `reduce`',
    args: (scale) => [count(1e7 * scale), count(1e5 * scale), '8', REDUCERS],
  },
  {
    name: 'cached-rounds',
    what: '5 M cached pairs, ten rounds of gradient descent: `map`, `reduce`',
    args: (scale) => [count(5e6 * scale), '10', '8'],
    figures: (metrics) => [
      { name: 'first round', unit: 's', better: 'lower', value: metrics.round_1_s },
      { name: 'later rounds', unit: 's', better: 'lower', value: medianOf(metrics, 'round_', 2, 10, '_s') },
    ],
  },
]

const count = (value) => String(Math.max(1, Math.round(value)))
/** The rate hardly depends on the number, so only the smoke test takes fewer. */
const emptyTasks = (scale) => (scale < 0.1 ? '200' : '10000')
const splits = (scale) => String(Math.min(32, Math.max(4, Math.round(32 * scale))))

function medianOf(metrics, prefix, first, last, suffix) {
  const values = []
  for (let i = first; i <= last; i++) values.push(metrics[`${prefix}${i}${suffix}`])
  return median(values)
}
