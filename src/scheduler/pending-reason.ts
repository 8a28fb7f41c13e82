/** Why tasks are waiting. */
export type PendingCode =
  | 'noExecutors' // none registered
  | 'tooFewRegistered' // the minimum of registered slots is not reached yet
  | 'taskTooLarge' // a task asks for more slots than any executor has
  | 'allSlotsBusy'
  | 'locality' // slots are free, but a better place is waited for
  | 'draining' // free slots are on executors that take no more tasks
  | 'parentStages' // the stages it reads from are not finished
  | 'resubmitDelay' // lost map outputs are about to be made again

/** An answer to *why is my job not running*, with the figures. */
export interface PendingReason {
  /** What waits, such as `stage 3.0 of job 2`. */
  readonly what: string
  readonly reason: PendingCode
  /** One line for people. */
  readonly text: string
  readonly figures: Readonly<Record<string, number>>
}
