/**
 * What has become of a launched application, in the words of Spark's launcher. In their order: nothing is known yet; its process has
 * answered; it asks for executors, or the cluster has taken it; it runs. The others are final.
 */
export type LaunchState = 'UNKNOWN' | 'CONNECTED' | 'SUBMITTED' | 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED' | 'LOST'

const order: readonly LaunchState[] = ['UNKNOWN', 'CONNECTED', 'SUBMITTED', 'RUNNING']

/** Whether it will not change any more. */
export function isFinalLaunchState(state: LaunchState): boolean {
  return !order.includes(state)
}

/** A state with what belongs to it. */
export interface LaunchStatus {
  readonly state: LaunchState
  /** Of the application; in cluster deploy mode that of the submission. */
  readonly appId?: string
  /** Why it failed, or what is odd. */
  readonly message?: string
}

/** Whether `next` says something that `now` does not. States go forward only, but a program may start one application after another. */
export function isNews(now: LaunchStatus, next: LaunchStatus): boolean {
  if (isFinalLaunchState(now.state)) return false
  if (isFinalLaunchState(next.state)) return true
  if (next.appId !== undefined && next.appId !== now.appId) return true
  return order.indexOf(next.state) > order.indexOf(now.state)
}

/** How a launched application has ended. */
export interface LaunchResult extends LaunchStatus {
  readonly state: Extract<LaunchState, 'FINISHED' | 'FAILED' | 'KILLED' | 'LOST'>
  /** Of its process, unless a signal ended it. */
  readonly exitCode?: number
  readonly signal?: NodeJS.Signals
}
