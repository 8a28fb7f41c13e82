import type {
  DriverDescription,
  DriverState,
  DriverStatusReport,
  KillSubmittedDriverAnswer,
  RecoveryState,
  SubmitDriverAnswer,
} from '../../src/cluster/standalone/index.js'
import type { MasterView } from '../../src/deploy/master/core/master-view.js'
import type { MasterService } from '../../src/deploy/master/master-service.js'

interface Entry {
  readonly description: DriverDescription
  report: DriverStatusReport
}

/** A master without a cluster: it takes drivers, and a test says what becomes of them. */
export class MemoryMaster implements MasterService {
  readonly url = 'spark://master.test:7077'
  restUrl: string | undefined = 'spark://master.test:6066'
  readonly webUiUrl = 'http://master.test:8080'
  status: RecoveryState = 'ALIVE'
  /** Calls of what changes something, killed drivers aside. */
  changes = 0
  readonly #drivers = new Map<string, Entry>()

  get submitted(): readonly DriverDescription[] {
    return [...this.#drivers.values()].map(({ description }) => description)
  }

  get ids(): readonly string[] {
    return [...this.#drivers.keys()]
  }

  stateOf(driverId: string): DriverState | undefined {
    return this.#drivers.get(driverId)?.report.state
  }

  /** What becomes of a driver. */
  report(driverId: string, report: Omit<DriverStatusReport, 'found'>): void {
    this.#drivers.get(driverId)!.report = { found: true, ...report }
  }

  forget(): void {
    this.#drivers.clear()
  }

  /** All that can change, as one text. */
  snapshot(): string {
    return JSON.stringify([this.changes, [...this.#drivers]])
  }

  view(): MasterView {
    return {
      status: this.status,
      workers: [],
      activeApplications: [],
      completedApplications: [],
      activeDrivers: [],
      completedDrivers: [],
    }
  }

  onChange(): () => void {
    return () => {}
  }

  async submitDriver(description: DriverDescription): Promise<SubmitDriverAnswer> {
    if (this.status !== 'ALIVE') return { type: 'standby', masterUrl: this.url }
    const known = [...this.#drivers].find(([, driver]) => driver.description.token === description.token)
    const driverId = known?.[0] ?? `driver-20260101000000-${String(this.#drivers.size).padStart(4, '0')}`
    if (known === undefined) this.#drivers.set(driverId, { description, report: { found: true, state: 'SUBMITTED' } })
    return { type: 'submitted', driverId, message: `Driver successfully submitted as ${driverId}` }
  }

  async killDriver(driverId: string): Promise<KillSubmittedDriverAnswer> {
    if (this.status !== 'ALIVE') return { type: 'standby', masterUrl: this.url }
    const driver = this.#drivers.get(driverId)
    const success = driver?.report.state === 'SUBMITTED' || driver?.report.state === 'RUNNING'
    if (success) driver!.report = { ...driver!.report, state: 'KILLED' }
    const message = success
      ? `Kill request for ${driverId} submitted`
      : `Driver ${driverId} has already finished or does not exist`
    return { type: 'answered', driverId, success, message }
  }

  driverStatus(driverId: string): DriverStatusReport {
    return this.#drivers.get(driverId)?.report ?? { found: false }
  }

  killAllDrivers(): void {
    this.changes++
  }

  clearCompleted(): void {
    this.changes++
  }

  killApplication(): void {
    this.changes++
  }

  async decommissionWorkers(): Promise<readonly string[]> {
    this.changes++
    return []
  }
}
