export { SparkContext } from '../driver/index.js'
