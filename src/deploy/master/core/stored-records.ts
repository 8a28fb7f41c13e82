import type {
  ApplicationDescription,
  ApplicationState,
  DriverDescription,
  DriverState,
  ResourceAddresses,
} from '../../../cluster/standalone/protocol/index.js'

/*
 * What a leader stores for the next one. Of applications and workers only enough to wait for them: they register again by themselves and
 * bring the rest. Drivers are stored whole, since one that has not been launched is known to nobody else.
 */

export interface StoredApplication {
  readonly kind: 'application'
  readonly id: string
  readonly token: string
  readonly name: string
  readonly user: string
  readonly startedAt: number
  readonly state: ApplicationState
  /** The number in its id, so that the next leader goes on counting. */
  readonly number?: number
  /** Executors of this number and above have not been given out; the next leader begins there, whatever of the rest it hears of. */
  readonly executorsReserved?: number
  /** What it asked for. Nothing secret is in it. */
  readonly description?: ApplicationDescription
  /** Of one that has ended, which stays stored for as long as it is shown. */
  readonly endedAt?: number
  readonly message?: string
}

export interface StoredDriver {
  readonly kind: 'driver'
  readonly id: string
  readonly submittedAt: number
  readonly startedAt?: number
  readonly description: DriverDescription
  readonly state: DriverState
  /** Starts so far; the one that runs, if any. */
  readonly attempt: number
  /** Set before the launch is sent: a worker that does not know the driver after that never ran it. */
  readonly workerId?: string
  readonly resources: ResourceAddresses
  readonly message?: string
  readonly exitCode?: number
  /** The number in its id, so that the next leader goes on counting. */
  readonly number?: number
  /** Somebody asked for its end, and was told that it will come: it is not started again. */
  readonly isKilled?: boolean
  /** Of one that has ended: it stays stored for as long as it is shown, and a while longer. */
  readonly endedAt?: number
}

export interface StoredWorker {
  readonly kind: 'worker'
  readonly id: string
  /** Secret, as that of an application. */
  readonly token?: string
  readonly host: string
  readonly port: number
  readonly cores: number
  readonly memoryMiB: number
  readonly webUiUrl: string
  readonly isDecommissioned?: boolean
}

export type StoredRecord = StoredApplication | StoredDriver | StoredWorker
