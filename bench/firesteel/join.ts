// Joins orders (id,amount) with customers (id,name). Arguments: orders, customers, splits, reducers.
import { SparkContext } from 'firesteel'

const [ordersPath, customersPath, splits, reducers] = process.argv.slice(2) as [string, string, string, string]
const sc = await SparkContext.create({ appName: 'join' })
const orders = sc.textFile(ordersPath, Number(splits)).map((line): [number, number] => {
  const [id, amount] = line.split(',')
  return [Number(id), Number(amount)]
})
const customers = sc.textFile(customersPath, Number(splits)).map((line): [number, string] => {
  const [id, name] = line.split(',')
  return [Number(id), name!]
})
const sum = await orders
  .join(customers, Number(reducers))
  .map(([, [amount, name]]) => amount * name.length)
  .reduce((a, b) => a + b)
console.log(`checksum ${sum}`)
await sc.stop()
