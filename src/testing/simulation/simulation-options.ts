/** What a simulation is made of. Rates are probabilities between 0 and 1. */
export interface SimulationOptions {
  readonly jobs: number
  /** Whether a job is submitted when the one before has ended, rather than at any time. */
  readonly sequential: boolean
  readonly executors: number
  /** Executors share this many hosts. */
  readonly hosts: number
  readonly slotsPerExecutor: number
  /** Partitions of an RDD, at most. */
  readonly maxPartitions: number
  /** Operators in a lineage, at most. */
  readonly maxDepth: number
  readonly taskMs: { readonly min: number; readonly max: number }
  /** One-way delay of a message. */
  readonly latencyMs: { readonly min: number; readonly max: number }
  readonly mode: 'FIFO' | 'FAIR'
  readonly maxTaskFailures: number
  readonly maxConsecutiveStageAttempts: number
  /** After this virtual time nothing bad happens any more, so that what can end well does. */
  readonly faultsUntilMs: number
  /** That a task takes 50 times as long. */
  readonly slowTask: number
  /** That a task throws. */
  readonly taskFailure: number
  /** That a message between driver and executor is lost, comes twice, or comes late (and so out of order). */
  readonly lostMessage: number
  readonly repeatedMessage: number
  readonly lateMessage: number
  /** That a fetch fails though the output is there, for the one output or for all of its executor. */
  readonly fetchFailure: number
  /** That a map output is unreadable from the start. */
  readonly corruptOutput: number
  /** Executors that die, by number; half of the time in silence. Each is replaced after a while. */
  readonly executorDeaths: number
  /** Whether a death takes the whole host with it. */
  readonly hostLoss: boolean
  /** Whether the death of an executor takes its map outputs with it. */
  readonly outputsDie: boolean
  /** Executors that are drained and then end. */
  readonly decommissions: number
  /** Cancellations of all kinds, kills of tasks, and second attempts, by number. */
  readonly cancellations: number
  readonly taskKills: number
  readonly speculations: number
  /** Whether some RDDs compute other records each time. */
  readonly indeterminate: boolean
  readonly cached: boolean
  /** A partition that always throws, one that always kills its executor. */
  readonly badPartition: boolean
  readonly poisonPartition: boolean
  /** Whether all executors end at some time, and none comes back. */
  readonly clusterDies: false | 'announced' | 'silently'
  /** How often executors report what they run; 0 for never (then no message may get lost). */
  readonly reportEveryMs: number
  /** Give up after this many steps: something hangs. */
  readonly maxSteps: number
  /** Told each thing that happens, for reading a replay. */
  readonly trace?: (line: string) => void
}

/** A healthy little cluster. */
export const calm: SimulationOptions = {
  jobs: 3,
  sequential: false,
  executors: 3,
  hosts: 2,
  slotsPerExecutor: 2,
  maxPartitions: 5,
  maxDepth: 6,
  taskMs: { min: 5, max: 200 },
  latencyMs: { min: 1, max: 10 },
  mode: 'FIFO',
  maxTaskFailures: 4,
  maxConsecutiveStageAttempts: 4,
  faultsUntilMs: 20_000,
  slowTask: 0,
  taskFailure: 0,
  lostMessage: 0,
  repeatedMessage: 0,
  lateMessage: 0,
  fetchFailure: 0,
  corruptOutput: 0,
  executorDeaths: 0,
  hostLoss: false,
  outputsDie: true,
  decommissions: 0,
  cancellations: 0,
  taskKills: 0,
  speculations: 0,
  indeterminate: false,
  cached: true,
  badPartition: false,
  poisonPartition: false,
  clusterDies: false,
  reportEveryMs: 0,
  maxSteps: 50_000,
}
