/**
 * Joins two CSV files: what has each customer bought, and which orders name a customer that does not exist?
 *
 * Shows: `csv` with named columns; inferred types of joins, with `undefined` where a side may be missing; keys that are tuples, compared by value.
 *
 *     ./bin/run-example join-csv [orders.csv] [customers.csv]
 */
import { SparkContext } from 'firesteel'

type Order = { order: string; customer: string; item: string; quantity: string; price: string }
type Customer = { id: string; name: string; city: string }

await using sc = await SparkContext.create({ appName: 'join of two CSV files' })

const [ordersPath, customersPath] = process.argv.slice(2)
const orders = sc
  .csv<Order>(ordersPath ?? `${import.meta.dirname}/data/orders.csv`, { header: true })
  .map(({ customer, item, quantity, price }): [string, { item: string; total: number }] => [
    customer,
    { item, total: Number(quantity) * Number(price) },
  ])
  .cache()
const customers = sc
  .csv<Customer>(customersPath ?? `${import.meta.dirname}/data/customers.csv`, { header: true })
  .keyBy(({ id }) => id)
  .cache()

const spent = orders.mapValues(({ total }) => total).reduceByKey((a, b) => a + b)
const top = await customers
  .join(spent)
  .values()
  .map(([{ name, city }, total]) => ({ name, city, total }))
  .sortBy(({ total, name }) => [-total, name])
  .take(5)
for (const { name, city, total } of top) console.log(`${name} (${city}) spent ${total.toFixed(2)}`)

const idle = await customers
  .leftOuterJoin(spent)
  .filter(([, [, total]]) => total === undefined)
  .map(([, [{ name }]]) => name)
  .sortBy((name) => name)
  .collect()
console.log(`without an order: ${idle.join(', ')}`)

const strangers = await orders.subtractByKey(customers).keys().distinct().sortBy(Number).collect()
console.log(`ordered by nobody we know: ${strangers.join(', ')}`)

const favourites = await orders
  .join(customers)
  .map(([, [{ item, total }, { city }]]): [[string, string], number] => [[city, item], total])
  .reduceByKey((a, b) => a + b)
  .map(([[city, item], total]): [string, { item: string; total: number }] => [city, { item, total }])
  .reduceByKey((a, b) => (a.total > b.total || (a.total === b.total && a.item < b.item) ? a : b))
  .sortByKey()
  .collect()
for (const [city, { item, total }] of favourites) console.log(`${city}: ${total.toFixed(2)} for ${item}`)
