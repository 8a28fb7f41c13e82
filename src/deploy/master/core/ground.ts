import type { RecoveryState } from '../../../cluster/standalone/protocol/index.js'
import { ApplicationTable } from './application-table.js'
import { Deadlines } from './deadlines.js'
import { DriverTable } from './driver-table.js'
import type { Effects } from './effects.js'
import type { PeerId } from './master-event.js'
import type { MasterOptions } from './master-options.js'
import { WorkerTable } from './worker-table.js'

/** Who is at the other end of a connection. */
export interface KnownPeer {
  readonly kind: 'worker' | 'application'
  readonly id: string
}

/** What can be due: `what` and, behind a slash, of whom. */
export type DeadlineKey =
  | `${'worker' | 'dead' | 'application' | 'retry' | 'driver'}/${string}`
  | 'recovery'
  | 'reasons'
  | 'retention'

/** What all parts of the core stand on. A leader that is deposed leaves its ground, and the next one starts on a new one. */
export class Ground {
  readonly options: MasterOptions
  readonly epoch: number
  readonly workers: WorkerTable
  readonly applications = new ApplicationTable()
  readonly drivers = new DriverTable()
  readonly deadlines = new Deadlines<DeadlineKey>()
  readonly peers = new Map<PeerId, KnownPeer>()
  /** Whom earlier leaders knew and this one has not heard of yet, by id. */
  readonly awaited = { workers: new Set<string>(), applications: new Set<string>() }
  readonly out: Effects
  status: RecoveryState = 'RECOVERING'
  /** Time of the event that is being handled. */
  now: number

  constructor(
    options: MasterOptions,
    leadership: { readonly epoch: number; readonly now: number; readonly out: Effects },
  ) {
    this.options = options
    this.epoch = leadership.epoch
    this.now = leadership.now
    this.out = leadership.out
    this.workers = new WorkerTable(options)
  }
}
