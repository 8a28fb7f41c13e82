import type { Awaitable } from './transformations.js'

/** Computes partitions, with what it was made with: a connection, a buffer, a model. */
export interface PartitionEvaluator<T, U> {
  /** The records of a partition out of those of one or more inputs. */
  eval(partition: number, ...inputs: IterableIterator<T>[]): Awaitable<Iterable<U> | Iterator<U> | AsyncIterable<U>>
}

/** Travels to the executors, where it makes an evaluator for each task. */
export interface PartitionEvaluatorFactory<T, U> {
  createEvaluator(): PartitionEvaluator<T, U>
}
