import type { ExecutorId, StageId, TaskId } from '../../common/index.js'
import type { TaskSchedulerOptions } from '../options.js'
import type { PendingReason } from '../pending-reason.js'
import type { PoolState } from '../pool/pool-config.js'
import { Pools } from '../pool/pools.js'
import { type ExecutorState, ExecutorTable } from './executor-table.js'
import { Offers, type Place } from './offers.js'
import { explainPending } from './pending-text.js'
import { type RunningAttempt, RunningAttempts } from './running-attempts.js'
import { StarvationWatch } from './starvation-watch.js'
import type { ExecutorLossCause, TaskOutcome } from './task-outcome.js'
import type {
  ExecutorAdded,
  ExecutorLost,
  ExecutorReport,
  Launch,
  OutputCompleted,
  SetTimer,
  StageFailure,
  TaskSchedulerEffect,
  TaskSchedulerEvent,
  TaskStatus,
} from './task-scheduler-messages.js'
import type { TaskSet } from './task-set.js'
import { TaskSetManager } from './task-set-manager.js'

/** The keys of its timers. */
const timers = { locality: 'tasks.locality', starved: 'tasks.starved', registered: 'tasks.registered' } as const

/**
 * Places tasks on executors. It keeps the executors' free slots and the task sets in their pools; whenever a slot becomes
 * free or a task pending, slots are offered to the sets in the order of the pools. It sees attempts through to their end
 * and judges them with their set's manager.
 */
export class TaskScheduler {
  readonly #options: TaskSchedulerOptions
  readonly #executors: ExecutorTable
  readonly #pools: Pools<TaskSetManager>
  readonly #starvation: StarvationWatch
  /** By stage, its task sets from the oldest to the newest; the last alone may be other than a zombie. */
  readonly #sets = new Map<StageId, TaskSetManager[]>()
  readonly #running: RunningAttempts
  readonly #offers: Offers
  #isHeld: boolean
  #holdTimerSet = false
  #noMoreExecutors: string | undefined
  #awaited: string | undefined
  #out: TaskSchedulerEffect[] = []

  constructor(options: TaskSchedulerOptions) {
    this.#options = options
    this.#executors = new ExecutorTable(options.taskCpus)
    this.#running = new RunningAttempts(this.#executors)
    this.#pools = new Pools(options.pools)
    this.#starvation = new StarvationWatch(options.starvationTimeoutMs)
    this.#offers = new Offers(this.#executors, this.#pools, options)
    this.#isHeld = options.minRegistered.slots > 0
  }

  /**
   * Takes one event, at a time in ms that never goes back, and says what has to be done, in order. Nothing is launched yet:
   * call `offer` once the DAG scheduler has had its say on what came out.
   */
  handle(event: TaskSchedulerEvent, now: number): TaskSchedulerEffect[] {
    this.#out = []
    this.#dispatch(event, now)
    this.#checkExecutorsGone()
    const out = this.#out
    this.#out = []
    return out
  }

  /** Launches what can be launched by now. */
  offer(now: number): (Launch | SetTimer)[] {
    const out: (Launch | SetTimer)[] = []
    if (!this.#isHeld) {
      const riseMs = this.#offers.round(now, (place) => out.push(this.#launch(place, now)))
      if (riseMs !== undefined) out.push({ type: 'setTimer', key: timers.locality, delayMs: riseMs })
    }
    const isStarving = this.#running.size === 0 && this.#pools.hasPending
    const delayMs = this.#starvation.look(isStarving, now)
    if (delayMs !== undefined) out.push({ type: 'setTimer', key: timers.starved, delayMs })
    return out
  }

  /** Why tasks are waiting, set by set in the order of the pools. */
  pendingReasons(): PendingReason[] {
    const facts = {
      executors: this.#executors,
      running: this.#running.size,
      taskCpus: this.#options.taskCpus,
      heldFor: this.#isHeld ? this.#options.minRegistered.slots : undefined,
      awaited: this.#awaited,
    }
    return this.#pools.ordered().map((set) => explainPending(set, facts))
  }

  /** The pools and how busy they are, by name. */
  pools(): PoolState[] {
    return this.#pools.states()
  }

  /** Throws when a task set or attempt is left. */
  assertEmpty(): void {
    const left = {
      'task sets': this.#sets.size,
      'running attempts': this.#running.size,
      'sets in pools': this.#pools.size,
      'executors with running tasks': this.#executors.list.filter((executor) => executor.running.size > 0).length,
      'executors with taken slots': this.#executors.list.filter((e) => e.freeSlots.length !== e.slots).length,
    }
    for (const [what, count] of Object.entries(left)) {
      if (count !== 0) throw new Error(`the task scheduler is not empty: ${count} ${what} left`)
    }
  }

  #dispatch(event: TaskSchedulerEvent, now: number): void {
    switch (event.type) {
      case 'executorAdded':
        this.#executorAdded(event)
        break
      case 'executorLost':
        this.#executorLost(event)
        break
      case 'executorDraining':
        this.#setDraining(event.executorId, event.isDraining)
        break
      case 'executorReport':
        this.#reported(event, now)
        break
      case 'taskStatus':
        this.#statusOf(event)
        break
      case 'submitTaskSet':
        this.#submit(event.taskSet)
        break
      case 'cancelTaskSets':
        this.#cancel(event.stageId, event.reason, event.interrupt)
        break
      case 'outputCompleted':
        this.#completedElsewhere(event)
        break
      case 'killTask':
        this.#kill(event.taskId, event.reason, event.interrupt)
        break
      case 'speculate':
        this.#speculate(event.stageId, event.stageAttempt, event.index)
        break
      case 'noMoreExecutors':
        this.#noMoreExecutors = event.message
        break
      case 'executorsAwaited':
        this.#awaited = event.note
        break
      case 'timerDue':
        this.#timerDue(event.key, now)
        break
      default:
        event satisfies never
    }
  }

  #executorAdded(event: ExecutorAdded): void {
    if (this.#executors.get(event.executorId) !== undefined) return
    const executor = this.#executors.add(event)
    this.#noMoreExecutors = undefined
    this.#placeChanged(executor)
    if (this.#isHeld && this.#executors.totalSlots >= this.#options.minRegistered.slots) {
      this.#isHeld = false
      this.#offers.toAll()
      return
    }
    this.#offers.toOne(executor)
  }

  #executorLost(event: ExecutorLost): void {
    const { executorId, cause } = event
    const executor = this.#executors.get(executorId)
    if (executor === undefined) return
    this.#executors.remove(executor)
    this.#placeChanged(executor)
    if (event.outputsLost) this.#outputsLost(executor, event.lostHost)
    for (const id of [...executor.running]) this.#lostWith(id, cause)
    this.#offers.toAll()
  }

  #lostWith(id: TaskId, cause: ExecutorLossCause): void {
    const running = this.#running.get(id)
    if (running === undefined) return
    const isBlamed = cause.culprit === undefined || cause.culprit === id
    const counts = cause.causedByApp && isBlamed && running.killReason === undefined
    this.#ended(running, { type: 'executorLost', cause, counts })
  }

  #outputsLost(executor: ExecutorState, lostHost: string | undefined): void {
    const ordinals = new Set([executor.ordinal])
    for (const other of this.#executors.list) if (other.host === lostHost) ordinals.add(other.ordinal)
    for (const sets of this.#sets.values()) for (const set of sets) set.outputsLost(ordinals)
  }

  #setDraining(executorId: ExecutorId, isDraining: boolean): void {
    const executor = this.#executors.get(executorId)
    if (executor === undefined) return
    this.#executors.setDraining(executor, isDraining)
    this.#placeChanged(executor)
    this.#offers.toAll()
  }

  #placeChanged(executor: ExecutorState): void {
    const isNew = this.#executors.takesTasks(executor.id)
    for (const sets of this.#sets.values()) {
      for (const set of sets) {
        set.pending.placeChanged(executor)
        if (isNew) set.delay.reset()
      }
    }
  }

  #reported(event: ExecutorReport, now: number): void {
    const executor = this.#executors.get(event.executorId)
    if (executor === undefined) return
    const report = new Set(event.running)
    const reason = 'the scheduler does not know of the task'
    for (const taskId of report) {
      if (executor.running.has(taskId)) continue
      this.#out.push({ type: 'killTask', taskId, executorId: executor.id, slot: -1, reason, interrupt: false })
    }
    const lost = this.#running.missingFrom(report, executor, now - this.#options.lostTaskGraceMs)
    for (const running of lost) {
      this.#ended(running, { type: 'killed', reason: `executor ${executor.id} does not know of the task` })
    }
    if (lost.length > 0) this.#offers.toAll()
  }

  #statusOf(event: TaskStatus): void {
    const running = this.#running.get(event.taskId)
    if (running === undefined) return
    if (event.runTimeMs !== undefined) running.manager.noteRunTime(event.runTimeMs)
    const isPendingAgain = this.#ended(running, event.outcome)
    if (isPendingAgain) this.#offers.toAll()
    else this.#offers.toOne(running.executor)
  }

  /** Takes the end of an attempt to its set. Returns whether a task waits again. */
  #ended(running: RunningAttempt, outcome: TaskOutcome): boolean {
    const { attempt, manager, executor } = running
    this.#running.end(running)
    const verdict = manager.ended(attempt, outcome, executor.ordinal)
    this.#out.push({ type: 'taskEnded', attempt, outcome })
    if (verdict.failure !== undefined) this.#fail(manager, verdict.failure)
    for (const id of verdict.superfluous) this.#kill(id, 'another attempt of the task succeeded', false)
    this.#settle(manager)
    return verdict.isPendingAgain
  }

  /** Takes a set off the books where it is over. */
  #settle(manager: TaskSetManager): void {
    const { stageId, stageAttempt } = manager.taskSet
    if (!manager.isZombie && manager.isDone) {
      manager.retire()
      this.#out.push({ type: 'taskSetDone', stageId, stageAttempt })
    }
    if (!manager.isZombie) return
    this.#pools.remove(manager)
    if (manager.numRunning > 0) return
    const sets = (this.#sets.get(stageId) ?? []).filter((set) => set !== manager)
    if (sets.length === 0) this.#sets.delete(stageId)
    else this.#sets.set(stageId, sets)
  }

  #submit(taskSet: TaskSet): void {
    const { stageId } = taskSet
    for (const earlier of this.#sets.get(stageId) ?? []) {
      earlier.retire()
      this.#settle(earlier)
    }
    const manager = new TaskSetManager(taskSet, this.#executors, this.#options)
    this.#sets.set(stageId, [...(this.#sets.get(stageId) ?? []), manager])
    this.#pools.add(manager, taskSet.properties)
    this.#settle(manager)
    this.#armHoldTimer()
    this.#offers.toAll()
  }

  #cancel(stageId: StageId, reason: string, interrupt: boolean): void {
    for (const manager of this.#sets.get(stageId) ?? []) {
      manager.retire()
      this.#killAll(manager, reason, interrupt)
      this.#settle(manager)
    }
  }

  #completedElsewhere(event: OutputCompleted): void {
    const manager = this.#sets.get(event.stageId)?.at(-1)
    if (manager === undefined) return
    const holder = this.#executors.get(event.executorId)?.ordinal ?? -1
    for (const id of manager.completedElsewhere(event.output, holder)) {
      this.#kill(id, 'an earlier attempt of the stage delivered the output', false)
    }
    this.#settle(manager)
  }

  #fail(manager: TaskSetManager, failure: StageFailure): void {
    const { stageId, stageAttempt } = manager.taskSet
    manager.retire()
    this.#out.push({ type: 'taskSetFailed', stageId, stageAttempt, failure })
    this.#killAll(manager, 'its stage failed', false)
    this.#settle(manager)
  }

  #killAll(manager: TaskSetManager, reason: string, interrupt: boolean): void {
    for (const id of manager.attempts.keys()) this.#kill(id, reason, interrupt)
  }

  #kill(taskId: TaskId, reason: string, interrupt: boolean): void {
    const kill = this.#running.kill(taskId, reason, interrupt)
    if (kill !== undefined) this.#out.push(kill)
  }

  #speculate(stageId: StageId, stageAttempt: number, index: number): void {
    const manager = this.#sets.get(stageId)?.at(-1)
    if (manager?.taskSet.stageAttempt !== stageAttempt) return
    manager.speculate(index)
    this.#offers.toAll()
  }

  #timerDue(key: string, now: number): void {
    if (key === timers.locality) {
      this.#offers.timerDue()
    } else if (key === timers.registered && this.#isHeld) {
      this.#isHeld = false
      this.#offers.toAll()
    } else if (key === timers.starved && this.#starvation.isDue(now)) {
      const waitedSeconds = Math.round(this.#options.starvationTimeoutMs / 1000)
      const reasons = this.pendingReasons()
      this.#failAllPending((_, i) => ({
        code: 'FS_JOB_NO_RESOURCES',
        details: { waitedSeconds, reason: reasons[i]?.text ?? 'no executor took them' },
      }))
    }
  }

  #failAllPending(failureOf: (manager: TaskSetManager, i: number) => StageFailure): void {
    for (const [i, manager] of this.#pools.ordered().entries()) {
      const { stageId, stageAttempt, rdd } = manager.taskSet
      const { code, details } = failureOf(manager, i)
      const facts = { stageId, stageAttempt, stageName: `${rdd.name} at ${rdd.callSite}` }
      this.#fail(manager, { code, details: { ...facts, ...details } })
    }
  }

  /** Jobs fail once no executor is left and the shell has said that there will be no other. */
  #checkExecutorsGone(): void {
    const reason = this.#noMoreExecutors
    if (reason === undefined || this.#executors.size > 0) return
    this.#failAllPending(() => ({ code: 'FS_JOB_EXECUTORS_GONE', details: { reason } }))
  }

  #armHoldTimer(): void {
    if (!this.#isHeld || this.#holdTimerSet) return
    this.#holdTimerSet = true
    this.#out.push({ type: 'setTimer', key: timers.registered, delayMs: this.#options.minRegistered.maxWaitMs })
  }

  #launch(place: Place, now: number): Launch {
    return { type: 'launch', attempt: this.#running.start(place, now), taskSet: place.set.taskSet }
  }
}
