export type { RddSource } from './custom-source.js'
export type { MakeRddOptions } from './rdd-sources.js'
export { SparkContext, type SparkContextOptions } from './spark-context.js'
