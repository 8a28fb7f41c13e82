import { executorId, jobId, rddId, shuffleId, type TaskId } from '../../common/index.js'
import {
  type LineageNode,
  type ReportedOutcome,
  Scheduler,
  type SchedulerEvent,
  type TaskAttempt,
  type TaskSet,
} from '../../scheduler/index.js'
import { Prng } from './prng.js'
import { VirtualTime } from './virtual-time.js'

export interface LargeClusterOptions {
  readonly executors: number
  readonly slotsPerExecutor: number
  /** Executors on one host. */
  readonly executorsPerHost: number
  readonly maps: number
  readonly reduces: number
  /** Executors that die, each at some time in the first minute. */
  readonly deaths: number
  readonly taskMs: { readonly min: number; readonly max: number }
}

export interface LargeClusterResult {
  readonly end: string
  readonly results: number
  readonly launches: number
  /** Of the map tasks, how many ran on a host that their data was on. */
  readonly localMaps: number
  /** Virtual time, ms. */
  readonly endedAt: number
}

/**
 * One job of a map and a reduce stage on a cluster far larger than any test machine, on a virtual clock: what the scheduler
 * does is real, executors are but timers. Each map task prefers three hosts.
 */
export function simulateLargeCluster(seed: number, options: LargeClusterOptions): LargeClusterResult {
  return new LargeCluster(seed, options).run()
}

class LargeCluster {
  readonly #options: LargeClusterOptions
  readonly #prng: Prng
  readonly #time = new VirtualTime()
  readonly #scheduler: Scheduler
  readonly #alive: boolean[] = []
  readonly #dead = new Set<string>()
  readonly #killed = new Set<TaskId>()
  #result = { end: 'active', results: 0, launches: 0, localMaps: 0, endedAt: 0 }

  constructor(seed: number, options: LargeClusterOptions) {
    this.#options = options
    this.#prng = new Prng(seed)
    this.#scheduler = new Scheduler({ seed, localityWaits: { slot: 0, process: 100, node: 100, rack: 100 } })
  }

  run(): LargeClusterResult {
    const { executors, executorsPerHost, slotsPerExecutor: slots, deaths } = this.#options
    for (let i = 0; i < executors; i++) {
      const host = `host${Math.floor(i / executorsPerHost)}`
      this.#alive.push(true)
      this.#tell({ type: 'executorAdded', executorId: executorId(String(i)), host, slots })
    }
    this.#submit()
    for (let i = 0; i < deaths; i++) this.#time.after(this.#prng.between(1, 60_000), () => this.#die())
    while (this.#time.step()) if (this.#result.end !== 'active') break
    while (this.#time.step());
    this.#scheduler.assertEmpty()
    return this.#result
  }

  #submit(): void {
    const { maps, reduces, executors, executorsPerHost } = this.#options
    const hosts = Math.ceil(executors / executorsPerHost)
    const common = { isPersisted: false, callSite: 'large' }
    const source: LineageNode = {
      ...common,
      id: rddId(0),
      name: 'source',
      numPartitions: maps,
      dependencies: [],
      preferredLocations: (partition) => [0, 1, 2].map((copy) => `host${(partition * 7 + copy * 13) % hosts}`),
    }
    const rdd: LineageNode = {
      ...common,
      id: rddId(1),
      name: 'shuffled',
      numPartitions: reduces,
      dependencies: [{ kind: 'shuffle', shuffleId: shuffleId(0), parent: source, numMaps: maps, numReduces: reduces }],
      preferredLocations: () => [],
    }
    const partitions = Array.from({ length: reduces }, (_, i) => i)
    const job = { jobId: jobId(0), rdd, partitions, properties: {}, tags: [], description: '', callSite: 'large' }
    this.#tell({ type: 'jobSubmitted', job })
  }

  #tell(event: SchedulerEvent): void {
    for (const effect of this.#scheduler.handle(event, this.#time.now())) {
      switch (effect.type) {
        case 'launch':
          this.#launch(effect.attempt, effect.taskSet)
          break
        case 'killTask':
          this.#killed.add(effect.taskId)
          break
        case 'setTimer':
          this.#time.after(effect.delayMs, () => this.#tell({ type: 'timerDue', key: effect.key }))
          break
        case 'partitionResult':
          this.#result.results++
          break
        case 'jobSucceeded':
          this.#result = { ...this.#result, end: 'succeeded', endedAt: this.#time.now() }
          break
        case 'jobFailed':
          this.#result = { ...this.#result, end: effect.error.code, endedAt: this.#time.now() }
          break
        default:
      }
    }
  }

  #launch(attempt: TaskAttempt, taskSet: TaskSet): void {
    this.#result.launches++
    if (taskSet.kind === 'map' && attempt.locality === 'NODE_LOCAL') this.#result.localMaps++
    const { min, max } = this.#options.taskMs
    this.#time.after(this.#prng.between(min, max), () => {
      if (this.#dead.has(attempt.executorId)) return
      this.#tell({ type: 'taskStatus', taskId: attempt.taskId, outcome: this.#outcomeOf(attempt, taskSet) })
    })
  }

  #outcomeOf({ taskId, partition }: TaskAttempt, { kind }: TaskSet): ReportedOutcome {
    if (this.#killed.has(taskId)) return { type: 'killed', reason: 'asked to' }
    const shuffle = shuffleId(0)
    if (kind === 'map' || this.#scheduler.mapOutputs.isComplete(shuffle)) return { type: 'success', value: taskId }
    return { type: 'fetchFailed', shuffleId: shuffle, reducePartition: partition, message: 'an output is missing' }
  }

  #die(): void {
    const victim = this.#prng.between(0, this.#alive.length - 1)
    if (this.#alive[victim] === false || this.#result.end !== 'active') return
    this.#alive[victim] = false
    this.#dead.add(String(victim))
    const cause = { code: 'signal', message: 'ended by SIGKILL', causedByApp: false }
    this.#tell({ type: 'executorLost', executorId: executorId(String(victim)), cause, outputsLost: true })
  }
}
