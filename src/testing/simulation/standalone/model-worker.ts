import {
  type DriverReport,
  type ExecutorReport,
  hasDriverEnded,
  hasExecutorEnded,
  type RegisterWorker,
  type RegisterWorkerAnswer,
  type ResourceAddresses,
} from '../../../cluster/standalone/protocol/index.js'
import type { MasterEvent, ToWorker } from '../../../deploy/master/index.js'
import type { Prng } from '../prng.js'
import { type FinderListener, type FinderSurroundings, MasterFinder } from './master-finder.js'
import type { Message, Node } from './model-network.js'
import type { ModelDriver, ModelExecutor, ModelProcess } from './model-process.js'

type LaunchExecutor = Extract<ToWorker, { method: 'launchExecutor' }>
type LaunchDriver = Extract<ToWorker, { method: 'launchDriver' }>

/** How long what is launched runs, and how it ends. */
export interface Fate {
  readonly afterMs: number
  readonly exitCode: number
}

export interface WorkerListener {
  /** Before it runs. */
  launching(worker: ModelWorker, process: ModelProcess): void
  ended(worker: ModelWorker, process: ModelProcess): void
  /** A master has taken its end. */
  taken(process: ModelProcess): void
  /** It has been taken by a leader of this epoch. */
  obeys(worker: ModelWorker, epoch: number): void
  executorFate(order: LaunchExecutor): Fate | undefined
  driverFate(order: LaunchDriver): Fate
  driverStarts(worker: ModelWorker, driver: ModelDriver, token: string): void
}

export interface WorkerShape {
  readonly id: string
  readonly host: string
  readonly port: number
  readonly cores: number
  readonly memoryMiB: number
  readonly resources: ResourceAddresses
}

interface Change {
  readonly state: ExecutorReport['state'] | DriverReport['state']
  readonly message?: string
  readonly exitCode?: number
}

const startMs = { min: 5, max: 200 }
const killMs = { min: 5, max: 300 }

/** A worker's process: runs what the leader orders, reports what ends until it is taken, and obeys no leader of a lower epoch again. */
export class ModelWorker implements Node, FinderListener {
  readonly name: string
  isUp = true
  readonly shape: WorkerShape
  isDecommissioned = false
  epoch = 0
  /** What runs, and what has ended and was not taken. */
  readonly processes = new Map<string, ModelProcess>()
  readonly finder: MasterFinder
  readonly #on: FinderSurroundings
  readonly #listener: WorkerListener
  #heartbeat = 0

  constructor(shape: WorkerShape, surroundings: FinderSurroundings, listener: WorkerListener) {
    this.name = shape.id
    this.shape = shape
    this.#on = surroundings
    this.#listener = listener
    this.finder = new MasterFinder(this, surroundings, this)
    this.finder.start()
  }

  get running(): ModelProcess[] {
    return [...this.processes.values()].filter(({ isRunning }) => isRunning)
  }

  die(): void {
    this.#on.network.down(this)
    for (const process of this.running) {
      process.isRunning = false
      this.#listener.ended(this, process)
    }
    this.processes.clear()
  }

  // --- registration

  registration(): object {
    const { id: workerId, ...shape } = this.shape
    const told = [...this.processes.values()]
    const worker: RegisterWorker = {
      workerId,
      ...shape,
      webUiUrl: `http://${this.name}`,
      epoch: this.epoch,
      isDecommissioned: this.isDecommissioned,
      executors: told.flatMap((process) => (process.kind === 'executor' ? [process.report] : [])),
      drivers: told.flatMap((process) => (process.kind === 'driver' ? [process.report] : [])),
    }
    return { type: 'registerWorker', worker }
  }

  isAccepted(answer: unknown, registration: object): 'accepted' | 'standby' | 'refused' {
    const { type, ...rest } = answer as RegisterWorkerAnswer
    if (type !== 'registered') return type
    const registered = rest as Extract<RegisterWorkerAnswer, { type: 'registered' }>
    if (registered.epoch < this.epoch) return 'standby'
    this.epoch = registered.epoch
    this.#listener.obeys(this, registered.epoch)
    const { worker } = registration as { readonly worker: RegisterWorker }
    for (const { appId, executorId, state } of worker.executors) {
      if (hasExecutorEnded(state)) this.#taken(executorKey(appId, executorId))
    }
    for (const { driverId, attempt, state } of worker.drivers) {
      if (hasDriverEnded(state)) this.#taken(driverKey(driverId, attempt))
    }
    for (const { appId, executorId } of registered.unknownExecutors) this.#kill(executorKey(appId, executorId))
    for (const { driverId, attempt } of registered.unknownDrivers) this.#kill(driverKey(driverId, attempt))
    this.#beat(registered.heartbeatIntervalMs)
    return 'accepted'
  }

  connected(): void {
    this.finder.send({ type: 'workerHeartbeat', workerId: this.name })
    // What has changed between the registration and its answer.
    for (const process of [...this.processes.values()]) this.#report(process)
  }

  lost(): void {
    this.#heartbeat++
  }

  #beat(everyMs: number): void {
    const beat = ++this.#heartbeat
    const next = () => {
      if (beat !== this.#heartbeat || !this.isUp) return
      this.finder.send({ type: 'workerHeartbeat', workerId: this.name })
      this.#on.time.after(everyMs, next)
    }
    this.#on.time.after(everyMs, next)
  }

  // --- orders

  order({ body }: Message): void {
    const order = body as ToWorker
    switch (order.method) {
      case 'launchExecutor':
        return this.#launchExecutor(order)
      case 'launchDriver':
        return this.#launchDriver(order)
      case 'killExecutor':
        return this.#kill(executorKey(order.appId, order.executorId))
      case 'killDriver':
        return this.#kill(driverKey(order.driverId, order.attempt))
      case 'decommission':
        this.isDecommissioned = true
        for (const process of this.running) this.#kill(process.key)
        return
      case 'applicationFinished':
    }
  }

  #launchExecutor(order: LaunchExecutor): void {
    const { appId, executorId, cores, memoryMiB, resources } = order
    const process: ModelExecutor = {
      kind: 'executor',
      key: executorKey(appId, executorId),
      isRunning: true,
      report: { appId, executorId, state: 'LAUNCHING', cores, memoryMiB, resources },
    }
    this.#launch(process, this.#listener.executorFate(order))
  }

  #launchDriver(order: LaunchDriver): void {
    const { driverId, attempt, driver, resources } = order
    const { cores, memoryMiB } = driver
    const process: ModelDriver = {
      kind: 'driver',
      key: driverKey(driverId, attempt),
      isRunning: true,
      report: { driverId, attempt, state: 'SUBMITTED', cores, memoryMiB, resources },
    }
    this.#listener.driverStarts(this, process, driver.token)
    this.#launch(process, this.#listener.driverFate(order))
  }

  #launch(process: ModelProcess, fate: Fate | undefined): void {
    this.#listener.launching(this, process)
    this.processes.set(process.key, process)
    this.#on.time.after(this.#prng.between(startMs.min, startMs.max), () => {
      if (process.isRunning) this.#change(process, { state: 'RUNNING' })
    })
    if (fate === undefined) return
    this.#on.time.after(fate.afterMs, () => {
      const { exitCode } = fate
      const message = exitCode === 0 ? undefined : `it ended with ${exitCode}`
      if (!process.isRunning) return
      if (process.kind === 'executor') this.#change(process, { state: 'EXITED', exitCode, message })
      else this.#change(process, { state: exitCode === 0 ? 'FINISHED' : 'FAILED', exitCode, message })
    })
  }

  #kill(key: string): void {
    const process = this.processes.get(key)
    if (process === undefined || !process.isRunning) return
    this.#on.time.after(this.#prng.between(killMs.min, killMs.max), () => {
      if (process.isRunning) this.#change(process, { state: 'KILLED', message: 'killed' })
    })
  }

  #change(process: ModelProcess, change: Change): void {
    if (!this.isUp) return
    if (process.kind === 'executor') {
      process.report = { ...process.report, ...change } as ExecutorReport
      process.isRunning = !hasExecutorEnded(process.report.state)
    } else {
      process.report = { ...process.report, ...change } as DriverReport
      process.isRunning = !hasDriverEnded(process.report.state)
    }
    if (!process.isRunning) this.#listener.ended(this, process)
    this.#report(process)
  }

  /** Reports a change; an end again and again until a master has taken it. */
  #report(process: ModelProcess): void {
    const { kind, report, key, isRunning } = process
    const line = this.finder.leader
    if (line === undefined) return
    const type = kind === 'executor' ? 'executorState' : 'driverState'
    const event = { type, workerId: this.name, report } as Omit<MasterEvent, 'peer'>
    this.finder.ask(event, (answer) => {
      if (isRunning || !this.isUp || this.processes.get(key) !== process) return
      const said = (answer as { type: string } | undefined)?.type
      if (said === 'taken') this.#taken(key)
      else if (this.finder.leader === line) this.#report(process)
    })
  }

  #taken(key: string): void {
    const process = this.processes.get(key)
    this.processes.delete(key)
    if (process !== undefined) this.#listener.taken(process)
  }

  get #prng(): Prng {
    return this.#on.prng
  }
}

export function executorKey(appId: string, executorId: string): string {
  return `${appId}/${executorId}`
}

export function driverKey(driverId: string, attempt: number): string {
  return `${driverId}#${attempt}`
}
