/**
 * Looks for what went wrong in the access log of a web server.
 *
 * Shows: `cache`, for an RDD that several actions use: the log is read and parsed once; counts by key; `takeOrdered` with an order of its own.
 * What cannot be parsed is counted by an accumulator instead of failing the job.
 *
 *     ./bin/run-example log-mining [access log in the Common Log Format]
 */
import { SparkContext } from 'firesteel'

interface Request {
  readonly hour: string
  readonly method: string
  readonly path: string
  readonly status: number
}

const pattern = /^\S+ \S+ \S+ \[[^:]+:(\d\d)[^\]]*\] "(\S+) ([^ ?"]+)[^"]*" (\d{3}) /

function parse(line: string): Request | undefined {
  const [, hour, method, path, status] = pattern.exec(line) ?? []
  if (hour === undefined || method === undefined || path === undefined) return undefined
  return { hour, method, path, status: Number(status) }
}

await using sc = await SparkContext.create({ appName: 'log mining' })

const malformed = sc.longAccumulator('malformed lines')
const requests = sc
  .textFile(process.argv[2] ?? `${import.meta.dirname}/data/access-log.txt`)
  .flatMap((line) => {
    const request = parse(line)
    if (request === undefined) malformed.add(1)
    return request === undefined ? [] : [request]
  })
  .setName('requests')
  .cache()

console.log(`${await requests.count()} requests, ${malformed.value} malformed lines`)

const byStatus = await requests.map(({ status }) => status).countByValue()
for (const [status, count] of [...byStatus].sort(([a], [b]) => a - b)) console.log(`status ${status}: ${count}`)

const errors = requests.filter(({ status }) => status >= 500)
const errorsByHour = await errors
  .map(({ hour }): [string, number] => [hour, 1])
  .reduceByKey((a, b) => a + b)
  .sortByKey()
  .collect()
for (const [hour, count] of errorsByHour) console.log(`${hour}h ${'#'.repeat(count)} ${count}`)

const worst = await errors
  .map(({ method, path }): [string, number] => [`${method} ${path}`, 1])
  .reduceByKey((a, b) => a + b)
  .takeOrdered(3, ([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
for (const [request, count] of worst) console.log(`${request} failed ${count} times`)
