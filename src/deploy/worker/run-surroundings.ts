import type { Clock } from '../../common/index.js'
import type { BlobCache } from './blob-cache.js'
import type { WorkFolder } from './work-folder.js'

/** What the runs of executors and drivers share. */
export interface RunSurroundings {
  readonly workerId: string
  readonly work: WorkFolder
  /** `SPARK_LOCAL_DIRS`; none: below each work folder. */
  readonly localDirs: readonly string[]
  /** Where others reach this machine, and what is bound. */
  readonly host: string
  readonly bindHost: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly webUiUrl: string
  readonly clock: Clock
  readonly blobs: BlobCache
  /** Settings by which this worker, and so its drivers, talk to the masters; secrets among them. */
  readonly clusterSettings: Readonly<Record<string, string>>
  readonly driverTerminateTimeoutMs: number
  readonly cleansUpLocalDirs: boolean
}
