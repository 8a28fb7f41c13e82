import type { ApplicationDescription, ExecutorTemplate } from './descriptions.js'
import type { ApplicationState, ExecutorState } from './states.js'

/*
 * Between a driver and the master. The driver dials each master it knows and asks `registerApplication` of `masterEndpoint`; the one that
 * leads says yes, and calls the driver's endpoint `applicationEndpoint` over the same connection. When the connection breaks, the driver
 * dials again and registers with the id it has.
 */

export const applicationEndpoint = 'application'

/** Asked of `masterEndpoint`. */
export interface RegisterApplication {
  /** The id it was given before, at a registration with a new leader or after a broken connection. */
  readonly appId?: string
  /** Of its first registration, so that one repeated after a lost answer is not a second application. */
  readonly token: string
  /** What it wants now: the limit of executors may be another than at its first registration. */
  readonly application: ApplicationDescription
  readonly template: ExecutorTemplate
  /** The highest number an executor of it ever had, -1 before the first: ids are not given twice. */
  readonly highestExecutor: number
  /** Executors that it believes to be there: it is told of the end of those that are not. */
  readonly executorIds?: readonly string[]
  readonly startedAt: number
}

export type RegisterApplicationAnswer =
  | {
      readonly type: 'registered'
      readonly appId: string
      readonly masterUrl: string
      readonly masterWebUiUrl: string
      readonly epoch: number
    }
  | { readonly type: 'standby'; readonly masterUrl: string }
  | { readonly type: 'refused'; readonly message: string }

/** Sent to `masterEndpoint` as `unregisterApplication`. */
export interface UnregisterApplication {
  readonly appId: string
  readonly state: Extract<ApplicationState, 'FINISHED' | 'FAILED' | 'KILLED'>
}

/** Asked as `requestExecutors`: how many it wants from now on. */
export interface RequestExecutors {
  readonly appId: string
  readonly total: number
}

/** Asked as `killExecutors`. */
export interface KillExecutors {
  readonly appId: string
  readonly executorIds: readonly string[]
}

/** Sent to `applicationEndpoint` as `executorAdded`. */
export interface ExecutorAdded {
  readonly executorId: string
  readonly workerId: string
  readonly host: string
  readonly cores: number
  readonly memoryMiB: number
}

/** `executorUpdated`. */
export interface ExecutorUpdated {
  readonly executorId: string
  readonly state: ExecutorState
  readonly message?: string
  readonly exitCode?: number
  readonly cause?: { readonly code: string; readonly causedByApp: boolean }
  /** Whether its worker is lost too, and with it whatever it kept on that machine. */
  readonly workerLost?: boolean
}

/** `waiting`: why it has fewer executors than it asked for; absent when it has them. */
export interface ApplicationWaiting {
  readonly reason?: string
}

/** `removed`: the master has ended the application. */
export interface ApplicationRemoved {
  readonly state: ApplicationState
  readonly message: string
}
