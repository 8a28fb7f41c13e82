import type { AnyRdd } from '../any-rdd.js'
import { refuse } from '../argument.js'
import type { JobRequest } from '../rdd-context.js'
import type { ApproximateEvaluator } from './evaluators.js'

/** What an approximate action knew when its time was up, and what it will know when its job has ended. */
export class PartialResult<R> {
  /** The result at the time limit; the final one if the job had ended by then. */
  readonly initialValue: R
  readonly isInitialValueFinal: boolean
  readonly #final: Promise<R>

  /** @internal */
  constructor(initialValue: R, isFinal: boolean, final: Promise<R>) {
    this.initialValue = initialValue
    this.isInitialValueFinal = isFinal
    this.#final = final
  }

  /** The exact result, when the job has ended. Rejects when it fails. */
  getFinalValue(): Promise<R> {
    return this.#final
  }

  /** Calls `handler` with the final value. */
  onComplete(handler: (value: R) => void): this {
    this.#final.then(handler, () => {})
    return this
  }

  /** Calls `handler` with the error that ended the job. */
  onFail(handler: (error: unknown) => void): this {
    this.#final.catch(handler)
    return this
  }
}

export type ApproximateJob = Pick<JobRequest, 'sink' | 'operation' | 'closures'>

/**
 * Runs a job and gives what its evaluator says after `timeout` milliseconds, or at the end if that comes first. The job goes on.
 * @throws what failed the job within the time
 */
export async function runApproximateJob<U, R>(
  rdd: AnyRdd,
  job: ApproximateJob,
  options: { readonly evaluator: ApproximateEvaluator<U, R>; readonly timeout: number },
): Promise<PartialResult<R>> {
  const { evaluator, timeout } = options
  if (!(timeout >= 0)) refuse(job.operation, 'timeout', timeout, 'milliseconds from 0')
  const onResult = (partition: number, value: unknown): void => evaluator.merge(partition, value as U)
  const final = rdd.context.runJob({ ...job, rdd, onResult }).then(() => evaluator.currentResult())
  // Whoever wants the final value sees the failure; nobody has to want it.
  final.catch(() => {})
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, Math.min(timeout, maxTimeout), 'late')
  })
  try {
    const first = await Promise.race([timeUp, final.then((value) => ({ value }))])
    return first === 'late'
      ? new PartialResult(evaluator.currentResult(), false, final)
      : new PartialResult(first.value, true, final)
  } finally {
    clearTimeout(timer)
  }
}

/** The longest time that a timer of Node takes. */
const maxTimeout = 2 ** 31 - 1
