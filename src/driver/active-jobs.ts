import { FiresteelError } from '../common/errors/index.js'
import { type JobId, jobId } from '../common/index.js'
import type { JobRequest } from '../rdd/index.js'
import { decodeValue } from '../serializer/index.js'
import { type RawResult, recordsOf } from './task-result.js'

interface ActiveJob {
  readonly id: JobId
  readonly request: JobRequest
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  stages: readonly number[]
  /** Told instead of the scheduler's word when the driver itself ended the job. */
  ownError?: unknown
  resultBytes: number
}

export interface ActiveJobsOptions {
  /** Bytes that the results of one job may have together; 0 for as many as they like. */
  readonly maxResultBytes: number
  /** Asks the scheduler to end a job. */
  readonly cancel: (id: JobId, reason: string) => void
}

/** The jobs whose actions wait for their end: hands them their results, within the limit, and tells them how they ended. */
export class ActiveJobs {
  readonly #options: ActiveJobsOptions
  readonly #jobs = new Map<JobId, ActiveJob>()
  #nextJob = 0

  constructor(options: ActiveJobsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#jobs.size
  }

  get ids(): readonly JobId[] {
    return [...this.#jobs.keys()]
  }

  /** A new job; `ended` settles as it ends. */
  begin(request: JobRequest): { readonly id: JobId; readonly ended: Promise<void> } {
    const id = jobId(this.#nextJob++)
    const ended = new Promise<void>((resolve, reject) => {
      this.#jobs.set(id, { id, request, resolve, reject, stages: [], resultBytes: 0 })
    })
    return { id, ended }
  }

  requestOf(id: JobId): JobRequest | undefined {
    return this.#jobs.get(id)?.request
  }

  started(id: JobId, stages: readonly number[]): void {
    const job = this.#jobs.get(id)
    if (job !== undefined) job.stages = stages
  }

  /** Returns the stages that no other job needs. */
  succeeded(id: JobId): readonly number[] {
    const job = this.#jobs.get(id)
    if (job?.ownError !== undefined) job.reject(job.ownError)
    else job?.resolve()
    return this.#remove(id)
  }

  /** Returns the stages that no other job needs. */
  failed(id: JobId, error: unknown): readonly number[] {
    const job = this.#jobs.get(id)
    job?.reject(job.ownError ?? error)
    return this.#remove(id)
  }

  /** Gives a partition's result to its action. */
  deliver(id: JobId, index: number, { status, attachments }: RawResult): void {
    const job = this.#jobs.get(id)
    if (job === undefined || job.ownError !== undefined) return
    const { outcome } = status
    const { maxResultBytes } = this.#options
    try {
      if (outcome.kind === 'count') {
        job.request.onResult(index, outcome.count)
        return
      }
      const results = attachments.slice(0, attachments.length - status.updates.length)
      job.resultBytes += results.reduce((sum, bytes) => sum + bytes.byteLength, 0)
      if (maxResultBytes > 0 && job.resultBytes > maxResultBytes) {
        this.#end(job, tooLarge(job, maxResultBytes))
        return
      }
      if (outcome.kind === 'value') job.request.onResult(index, decodeValue(results[0] as Uint8Array))
      else job.request.onResult(index, recordsOf(results))
    } catch (error) {
      this.#end(job, error)
    }
  }

  /** Whether a job has no use for a result that an executor holds ready, since it would have more than allowed, and so ends. */
  refuses(id: JobId, bytes: number): boolean {
    const { maxResultBytes } = this.#options
    const job = this.#jobs.get(id)
    if (maxResultBytes === 0 || job === undefined) return false
    if (job.ownError !== undefined) return true
    if (job.resultBytes + bytes <= maxResultBytes) return false
    job.resultBytes += bytes
    this.#end(job, tooLarge(job, maxResultBytes))
    return true
  }

  #end(job: ActiveJob, error: unknown): void {
    job.ownError = error
    this.#options.cancel(job.id, error instanceof Error ? error.message : String(error))
  }

  #remove(id: JobId): readonly number[] {
    const stages = this.#jobs.get(id)?.stages ?? []
    this.#jobs.delete(id)
    const others = [...this.#jobs.values()]
    return stages.filter((stage) => !others.some((other) => other.stages.includes(stage)))
  }
}

function tooLarge(job: ActiveJob, limit: number): FiresteelError {
  const details = { operation: job.request.operation, bytes: job.resultBytes, limit }
  return new FiresteelError('FS_JOB_RESULT_TOO_LARGE', details)
}
