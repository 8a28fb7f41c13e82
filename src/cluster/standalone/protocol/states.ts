/** States, spelt as Spark's master and worker show them. */

export type WorkerState = 'ALIVE' | 'DEAD' | 'DECOMMISSIONED' | 'UNKNOWN'

export const applicationStates = ['WAITING', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED', 'UNKNOWN'] as const
export type ApplicationState = (typeof applicationStates)[number]

export const executorStates = ['LAUNCHING', 'RUNNING', 'KILLED', 'FAILED', 'LOST', 'EXITED', 'DECOMMISSIONED'] as const
export type ExecutorState = (typeof executorStates)[number]

export const driverStates = [
  'SUBMITTED',
  'RUNNING',
  'FINISHED',
  'RELAUNCHING',
  'UNKNOWN',
  'KILLED',
  'FAILED',
  'ERROR',
] as const
export type DriverState = (typeof driverStates)[number]

/** What a master is doing: only one that is ALIVE launches anything. */
export type RecoveryState = 'STANDBY' | 'ALIVE' | 'RECOVERING' | 'COMPLETING_RECOVERY'

const endedExecutors: ReadonlySet<ExecutorState> = new Set(['KILLED', 'FAILED', 'LOST', 'EXITED', 'DECOMMISSIONED'])
const endedDrivers: ReadonlySet<DriverState> = new Set(['FINISHED', 'KILLED', 'FAILED', 'ERROR'])
const endedApplications: ReadonlySet<ApplicationState> = new Set(['FINISHED', 'FAILED', 'KILLED'])

export const hasExecutorEnded = (state: ExecutorState): boolean => endedExecutors.has(state)
export const hasDriverEnded = (state: DriverState): boolean => endedDrivers.has(state)
export const hasApplicationEnded = (state: ApplicationState): boolean => endedApplications.has(state)
