import type { RDD } from './rdd.js'

/** An RDD whose record type does not matter: lineage and plans only pass it on. */
// biome-ignore lint/suspicious/noExplicitAny: the one bridge between typed RDDs and the untyped lineage
export type AnyRdd = RDD<any>
