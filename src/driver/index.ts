export { SparkContext, type SparkContextOptions } from './spark-context.js'
