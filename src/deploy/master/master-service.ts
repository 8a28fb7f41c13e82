import type {
  DriverDescription,
  DriverStatusReport,
  KillSubmittedDriverAnswer,
  SubmitDriverAnswer,
} from '../../cluster/standalone/index.js'
import type { MasterView } from './core/master-view.js'

/** What the web UI and the REST server may ask of a running master. */
export interface MasterService {
  /** `spark://host:port` that workers and applications dial. */
  readonly url: string
  /** `spark://host:port` of the REST server, where there is one. */
  readonly restUrl: string | undefined
  readonly webUiUrl: string
  /** The state as of now. Nothing in it is secret. */
  view(): MasterView
  /** Told, at most some ten times a second, that the view has changed. Returns what ends that. */
  onChange(listener: () => void): () => void
  submitDriver(driver: DriverDescription): Promise<SubmitDriverAnswer>
  killDriver(driverId: string): Promise<KillSubmittedDriverAnswer>
  driverStatus(driverId: string): DriverStatusReport
  killAllDrivers(): void
  clearCompleted(): void
  /** Ends an application; `by` is told to it. */
  killApplication(appId: string, by: string): void
  /** Ids of the workers on these hosts, which are being decommissioned from now on. */
  decommissionWorkers(hosts: readonly string[]): Promise<readonly string[]>
}
