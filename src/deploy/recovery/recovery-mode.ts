import type { SparkConf } from '../../common/conf/index.js'

/*
 * How a master survives its own death: where it stores what the next leader needs, and how one of several masters is chosen to lead.
 * `spark.deploy.recoveryMode` names a mode; CUSTOM loads a module that exports `recoveryMode` (`spark.deploy.recoveryMode.factory`).
 */

/** Anything that is stored: JSON, addressed by kind and id. */
export interface RecoveryRecord {
  readonly kind: string
  readonly id: string
}

/** Keeps records. Every promise resolves when its change is durable; changes take effect in the order of the calls. */
export interface RecoveryStore {
  /** Everything there is. For the leader only, as all of these: others, and one deposed meanwhile, get FS_RECOVERY_NOT_LEADER. */
  readAll(): Promise<readonly RecoveryRecord[]>
  /** Adds a record or replaces the one of the same kind and id. */
  store(record: RecoveryRecord): Promise<void>
  remove(kind: string, id: string): Promise<void>
  close(): Promise<void>
}

export interface ElectionEvents {
  /**
   * This master leads from now on. `epoch` is higher than that of every leader before it: at least the time in milliseconds, and at
   * least one more than the last one.
   */
  elected(epoch: number): void
  /** It leads no longer; told before another master can have been told that it leads. */
  deposed(reason: string): void
}

export interface LeaderElection {
  /** Stands for election until `stop`, again and again after each deposition. Resolves when it is a candidate. */
  start(events: ElectionEvents): Promise<void>
  /** Steps down, if it leads, without telling so. It may be started again. */
  stop(): Promise<void>
  /**
   * Whether it leads at this very moment, by the clock: cheap, to be asked before each thing that only a leader may do. A process that was
   * frozen finds out here, before any timer could have told it; `deposed` follows at once.
   */
  isLeading(): boolean
}

export interface RecoveryContext {
  readonly conf: SparkConf
  /** `spark://host:port` of this master: what other candidates and tools see. */
  readonly masterUrl: string
  /** Encrypts what is stored outside of this machine, when the cluster has a secret. */
  readonly secret?: string
  log(level: 'info' | 'warn', message: string): void
}

export interface RecoveryMode {
  readonly name: string
  open(context: RecoveryContext): Promise<{ readonly store: RecoveryStore; readonly election: LeaderElection }>
}
