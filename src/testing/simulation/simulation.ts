import { type ExecutorId, type JobId, jobId, type RddId, type Timer } from '../../common/index.js'
import {
  type JobSpec,
  type Launch,
  Scheduler,
  type SchedulerEffect,
  type SchedulerEvent,
  type TaskAttempt,
} from '../../scheduler/index.js'
import { ModelCluster, type ModelExecutor } from './model-cluster.js'
import { LineageGenerator } from './model-rdd.js'
import { Prng } from './prng.js'
import { Referee } from './referee.js'
import type { SimulationOptions } from './simulation-options.js'
import { VirtualTime } from './virtual-time.js'

const causes = {
  silence: { code: 'heartbeatSilence', message: 'no heartbeat', causedByApp: true },
  signal: { code: 'signal', message: 'ended by SIGKILL', causedByApp: true },
  decommissioned: { code: 'decommissioned', message: 'decommissioned', causedByApp: false },
} as const

/** What came of a simulation. */
export interface SimulationResult {
  readonly seed: number
  /** Virtual time at the end, ms. */
  readonly endedAt: number
  readonly steps: number
  readonly launches: number
  /** `succeeded` or the error code, by job. */
  readonly jobs: ReadonlyMap<JobId, string>
}

/** One run: a driver around the scheduler, a cluster, a network between them, and everything that goes wrong. */
export class Simulation {
  readonly #seed: number
  readonly #options: SimulationOptions
  readonly #prng: Prng
  readonly #time = new VirtualTime()
  readonly #cluster: ModelCluster
  readonly #scheduler: Scheduler
  readonly #referee: Referee
  readonly #hosts: readonly string[]
  readonly #timers = new Map<string, Timer>()
  readonly #bad = new Map<string, 'throws' | 'kills'>()
  #toCome: JobSpec[] = []
  #isClusterGone = false

  constructor(seed: number, options: SimulationOptions) {
    this.#seed = seed
    this.#options = options
    this.#prng = new Prng(seed)
    this.#hosts = Array.from({ length: options.hosts }, (_, i) => `host${i}`)
    this.#cluster = new ModelCluster({
      prng: this.#prng,
      time: this.#time,
      options,
      listener: {
        taskEnded: (executor, attempt, outcome) => {
          this.#trace(`  ${executor.id}: task ${attempt.taskId} ended: ${outcome.type}`)
          this.#message(() => this.#tell({ type: 'taskStatus', taskId: attempt.taskId, outcome }))
        },
        poisoned: (executor, attempt) => this.#poisoned(executor, attempt),
      },
      bad: (rdd: RddId, partition: number) => this.#bad.get(`${rdd}:${partition}`),
    })
    this.#scheduler = new Scheduler({
      cache: this.#cluster,
      seed,
      maxTaskFailures: options.maxTaskFailures,
      maxConsecutiveStageAttempts: options.maxConsecutiveStageAttempts,
      starvationTimeoutMs: 60_000,
      lostTaskGraceMs: 2_000,
      pools: { mode: options.mode, pools: [{ name: 'a', schedulingMode: 'FAIR', weight: 2, minShare: 1 }] },
    })
    this.#referee = new Referee(options, this.#scheduler.mapOutputs)
  }

  run(): SimulationResult {
    this.#prepare()
    let steps = 0
    while (this.#time.step()) {
      if (++steps > this.#options.maxSteps) throw new Error(`it hangs: ${this.#state()}`)
      if (this.#toCome.length === 0 && this.#referee.isOver) break
    }
    if (!this.#referee.isOver || this.#toCome.length > 0)
      throw new Error(`nothing happens any more, but it is not over: ${this.#state()}`)
    this.#referee.over()
    this.#scheduler.assertEmpty()
    const { launches, ends: jobs } = this.#referee
    return { seed: this.#seed, endedAt: this.#time.now(), steps, launches, jobs }
  }

  #prepare(): void {
    const options = this.#options
    for (let i = 0; i < options.executors; i++) this.#join(this.#hosts[i % this.#hosts.length] as string)
    this.#prepareJobs()
    this.#atRandom(options.executorDeaths, () => this.#die())
    this.#atRandom(options.decommissions, () => this.#decommission())
    this.#atRandom(options.cancellations, () => this.#cancel())
    this.#atRandom(options.taskKills, () => this.#killTask())
    this.#atRandom(options.speculations, () => this.#speculate())
    if (options.clusterDies !== false) this.#atRandom(1, () => this.#endCluster())
  }

  #prepareJobs(): void {
    const lineages = new LineageGenerator(this.#prng, this.#options, this.#hosts)
    for (let i = 0; i < this.#options.jobs; i++) {
      const rdd = lineages.grow()
      const all = Array.from({ length: rdd.numPartitions }, (_, p) => p)
      const partitions = this.#prng.chance(0.8) ? all : all.filter(() => this.#prng.chance(0.5))
      const spec: JobSpec = {
        jobId: jobId(i),
        rdd,
        partitions,
        properties: {
          ...(this.#prng.chance(0.5) ? { 'spark.scheduler.pool': this.#prng.pick(['a', 'b']) } : {}),
          ...(this.#prng.chance(0.5) ? { 'spark.job.interruptOnCancel': 'true' } : {}),
        },
        group: this.#prng.pick(['g', 'h']),
        tags: this.#prng.chance(0.5) ? ['t'] : [],
        description: '',
        callSite: `job ${i}`,
      }
      this.#toCome.push(spec)
      if (this.#options.sequential) continue
      this.#time.after(this.#prng.between(0, 1_000) * this.#prng.between(0, 2), () => this.#submit(spec))
    }
    if (this.#options.sequential) this.#submitNext()
    const rdds = lineages.rdds.filter((rdd) => rdd.numPartitions > 0)
    if (rdds.length === 0) return
    if (this.#options.badPartition) this.#spoil(rdds, 'throws')
    if (this.#options.poisonPartition) this.#spoil(rdds, 'kills')
  }

  #spoil(rdds: readonly { id: RddId; numPartitions: number }[], how: 'throws' | 'kills'): void {
    const rdd = this.#prng.pick(rdds)
    this.#bad.set(`${rdd.id}:${this.#prng.between(0, rdd.numPartitions - 1)}`, how)
  }

  #submitNext(): void {
    const [next] = this.#toCome
    if (next !== undefined) this.#time.after(this.#prng.between(0, 500), () => this.#submit(next))
  }

  #submit(spec: JobSpec): void {
    this.#toCome = this.#toCome.filter((other) => other !== spec)
    this.#tell({ type: 'jobSubmitted', job: spec })
  }

  #tell(event: SchedulerEvent): void {
    if (this.#options.trace !== undefined) this.#trace(describe(event))
    this.#referee.told(event)
    for (const effect of this.#scheduler.handle(event, this.#time.now())) {
      if (this.#options.trace !== undefined) this.#trace(`  -> ${describe(effect)}`)
      this.#referee.saw(effect)
      this.#perform(effect)
    }
    this.#referee.settled()
  }

  #perform(effect: SchedulerEffect): void {
    switch (effect.type) {
      case 'launch':
        this.#send(effect.attempt.executorId, (executor) => this.#launch(executor, effect))
        break
      case 'killTask': {
        const attempt = { taskId: effect.taskId } as TaskAttempt
        this.#send(effect.executorId, (executor) => this.#cluster.killTask(executor, attempt, effect.interrupt))
        break
      }
      case 'setTimer':
        this.#timers.get(effect.key)?.cancel()
        this.#timers.set(
          effect.key,
          this.#time.after(effect.delayMs, () => this.#timerDue(effect.key)),
        )
        break
      case 'jobSucceeded':
      case 'jobFailed':
        if (this.#options.sequential) this.#submitNext()
        break
      default:
    }
  }

  #launch(executor: ModelExecutor, { attempt, taskSet }: Launch): void {
    this.#cluster.launch(executor, attempt, taskSet, this.#scheduler.mapOutputs)
  }

  #timerDue(key: string): void {
    this.#timers.delete(key)
    this.#tell({ type: 'timerDue', key })
  }

  #send(id: ExecutorId, action: (executor: ModelExecutor) => void): void {
    this.#message(() => {
      const executor = this.#cluster.executors.get(id)
      if (executor?.isAlive) action(executor)
    })
  }

  /** Carries a message over the network, which may lose it, repeat it, or let it wait. */
  #message(deliver: () => void): void {
    const { latencyMs, lostMessage, repeatedMessage, lateMessage, reportEveryMs } = this.#options
    const isFaulty = this.#time.now() < this.#options.faultsUntilMs
    if (isFaulty && reportEveryMs > 0 && this.#prng.chance(lostMessage)) return
    const copies = isFaulty && this.#prng.chance(repeatedMessage) ? 2 : 1
    for (let i = 0; i < copies; i++) {
      const isLate = isFaulty && this.#prng.chance(lateMessage)
      this.#time.after(this.#prng.between(latencyMs.min, latencyMs.max) * (isLate ? 100 : 1), deliver)
    }
  }

  #join(host: string): void {
    const executor = this.#cluster.start(host)
    const event = { type: 'executorAdded', executorId: executor.id, host, slots: executor.slots } as const
    this.#tell(event)
    this.#message(() => {
      // It asks again, as it has had no answer.
      if (this.#prng.chance(this.#options.repeatedMessage) && this.#cluster.executors.has(executor.id))
        this.#tell(event)
    })
    if (this.#options.reportEveryMs > 0) this.#report(executor)
  }

  #report(executor: ModelExecutor): void {
    this.#time.after(this.#options.reportEveryMs, () => {
      if (!executor.isAlive) return
      const running = [...executor.running.keys()]
      this.#message(() => this.#tell({ type: 'executorReport', executorId: executor.id, running }))
      this.#report(executor)
    })
  }

  #die(): void {
    const { alive } = this.#cluster
    if (alive.length === 0) return
    const victim = this.#prng.pick(alive)
    const isHost = this.#options.hostLoss && this.#prng.chance(0.5)
    const victims = isHost ? alive.filter((executor) => executor.host === victim.host) : [victim]
    const isSilent = this.#prng.chance(0.5)
    const delayMs = isSilent ? this.#prng.between(2_000, 8_000) : this.#prng.between(1, 50)
    for (const executor of victims) {
      this.#lose(executor, { delayMs, cause: isSilent ? causes.silence : causes.signal, isHost })
    }
  }

  #lose(executor: ModelExecutor, how: { delayMs: number; cause: LossCause; isHost?: boolean }): void {
    const { id, host } = executor
    this.#trace(`  ${id} dies`)
    this.#cluster.kill(executor)
    this.#time.after(how.delayMs, () => {
      this.#cluster.forget(executor)
      const outputsLost = this.#options.outputsDie
      const lostHost = how.isHost === true ? { lostHost: host } : {}
      this.#tell({ type: 'executorLost', executorId: id, cause: how.cause, outputsLost, ...lostHost })
    })
    this.#time.after(this.#prng.between(50, 3_000), () => {
      if (!this.#isClusterGone) this.#join(this.#prng.pick(this.#hosts))
    })
  }

  #poisoned(executor: ModelExecutor, attempt: TaskAttempt): void {
    const culprit = this.#prng.chance(0.5) ? { culprit: attempt.taskId } : {}
    this.#lose(executor, { delayMs: this.#prng.between(1, 50), cause: { ...causes.signal, ...culprit } })
  }

  #decommission(): void {
    const { alive } = this.#cluster
    if (alive.length === 0) return
    const executor = this.#prng.pick(alive)
    this.#tell({ type: 'executorDraining', executorId: executor.id, isDraining: true })
    this.#time.after(this.#prng.between(10, 2_000), () => {
      if (executor.isAlive) this.#lose(executor, { delayMs: 5, cause: causes.decommissioned })
    })
  }

  #endCluster(): void {
    this.#isClusterGone = true
    this.#referee.clusterGone()
    for (const executor of this.#cluster.alive) this.#lose(executor, { delayMs: 20, cause: causes.decommissioned })
    if (this.#options.clusterDies !== 'announced') return
    const message = 'the cluster manager has no more'
    this.#time.after(this.#prng.between(0, 100), () => this.#tell({ type: 'noMoreExecutors', message }))
  }

  #cancel(): void {
    const active = this.#referee.activeJobs
    if (active.length === 0) return
    const spec = this.#prng.pick(active)
    const kind = this.#prng.between(0, 9)
    if (kind < 6) this.#cancelJobs((job) => job === spec, { type: 'cancelJob', jobId: spec.jobId })
    else if (kind === 6) this.#cancelJobs((job) => job.group === 'g', { type: 'cancelJobGroup', group: 'g' })
    else if (kind === 7) this.#cancelJobs((job) => job.tags.includes('t'), { type: 'cancelJobsWithTag', tag: 't' })
    else if (kind === 8) this.#cancelJobs(() => true, { type: 'cancelAllJobs' })
    else {
      const [attempt] = this.#referee.outstanding
      // A stage may belong to any of the jobs.
      if (attempt !== undefined) this.#cancelJobs(() => true, { type: 'cancelStage', stageId: attempt.stageId })
    }
  }

  #cancelJobs(isMeant: (spec: JobSpec) => boolean, event: SchedulerEvent): void {
    this.#referee.jobsCancelled(isMeant)
    this.#tell(event)
  }

  #killTask(): void {
    const { outstanding } = this.#referee
    if (outstanding.length === 0) return
    const { taskId } = this.#prng.pick(outstanding)
    this.#tell({ type: 'killTask', taskId, reason: 'for fun', interrupt: this.#prng.chance(0.5) })
  }

  #speculate(): void {
    const { outstanding } = this.#referee
    if (outstanding.length === 0) return
    const { stageId, stageAttempt, index } = this.#prng.pick(outstanding)
    this.#tell({ type: 'speculate', stageId, stageAttempt, index })
  }

  #atRandom(times: number, action: () => void): void {
    for (let i = 0; i < times; i++) {
      // Most happens early, when much is going on.
      const at = this.#options.faultsUntilMs * this.#prng.next() ** 3
      this.#time.after(Math.floor(at), () => action())
    }
  }

  #state(): string {
    const active = this.#referee.activeJobs.map((job) => job.jobId).join(', ')
    const running = this.#referee.outstanding.map((attempt) => attempt.taskId).join(', ')
    const reasons = this.#scheduler.pendingReasons().map((reason) => reason.text)
    return `active jobs [${active}], running tasks [${running}], ${reasons.join('; ')}`
  }

  #trace(line: string): void {
    this.#options.trace?.(`${this.#time.now()} ${line}`)
  }
}

type LossCause = Extract<SchedulerEvent, { type: 'executorLost' }>['cause']

/** One line about an event or effect: what is plain in it. */
function describe(thing: SchedulerEvent | SchedulerEffect): string {
  return JSON.stringify(thing, (key, value: unknown) => {
    if (key === 'rdd') return (value as { name: string }).name
    return key === 'taskSet' || key === 'stages' || value instanceof Map ? undefined : value
  })
}
