// Creates a context and stops it; there is no job.
import { SparkContext } from 'firesteel'

const start = performance.now()
const sc = await SparkContext.create({ appName: 'start and stop' })
const created = performance.now()
await sc.stop()
console.log(`metric create_s ${((created - start) / 1000).toFixed(4)}`)
console.log(`metric stop_s ${((performance.now() - created) / 1000).toFixed(4)}`)
console.log('checksum stopped')
