import type {
  ApplicationRemoved,
  ApplicationWaiting,
  ExecutorAdded,
  ExecutorUpdated,
  KillDriver,
  KillExecutor,
  KillSubmittedDriverAnswer,
  LaunchDriver,
  LaunchExecutor,
  RegisterApplicationAnswer,
  RegisterWorkerAnswer,
  SubmitDriverAnswer,
} from '../../../cluster/standalone/protocol/index.js'
import type { PeerId, RequestId } from './master-event.js'
import type { StoredRecord } from './stored-records.js'

/** What a master does, in order: what is stored is durable before anything behind it is performed. */
export type MasterEffect =
  | { readonly type: 'store'; readonly record: StoredRecord }
  | { readonly type: 'unstore'; readonly kind: StoredRecord['kind']; readonly id: string }
  | { readonly type: 'answer'; readonly request: RequestId; readonly answer: MasterAnswer }
  | { readonly type: 'toWorker'; readonly peer: PeerId; readonly message: ToWorker }
  | { readonly type: 'toApplication'; readonly peer: PeerId; readonly message: ToApplication }
  /** The other side is not wanted any more, such as an older connection of the same worker. */
  /** Its connection has ended: is there still a process behind its port? */
  | { readonly type: 'probeWorker'; readonly workerId: string; readonly host: string; readonly port: number }
  | { readonly type: 'closePeer'; readonly peer: PeerId }
  | { readonly type: 'log'; readonly level: 'info' | 'warn'; readonly message: string }
  /** A tick is wanted by then at the latest; the last one counts. */
  | { readonly type: 'wakeAt'; readonly at: number }
  /** Something that pages show has changed. */
  | { readonly type: 'changed' }

export type MasterAnswer =
  | RegisterWorkerAnswer
  | RegisterApplicationAnswer
  | SubmitDriverAnswer
  | KillSubmittedDriverAnswer
  | { readonly type: 'decommissioned'; readonly workerIds: readonly string[] }
  /** A worker's report has been taken; the worker may forget it. */
  | { readonly type: 'taken' }

export type ToWorker =
  | ({ readonly method: 'launchExecutor' } & LaunchExecutor)
  | ({ readonly method: 'killExecutor' } & KillExecutor)
  | ({ readonly method: 'launchDriver' } & LaunchDriver)
  | ({ readonly method: 'killDriver' } & KillDriver)
  | { readonly method: 'applicationFinished'; readonly appId: string }
  /** Take nothing new; end what runs. */
  | { readonly method: 'decommission' }

export type ToApplication =
  | ({ readonly method: 'executorAdded' } & ExecutorAdded)
  | ({ readonly method: 'executorUpdated' } & ExecutorUpdated)
  | ({ readonly method: 'waiting' } & ApplicationWaiting)
  | ({ readonly method: 'removed' } & ApplicationRemoved)
