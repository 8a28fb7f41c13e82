import { Prng } from './prng.js'
import { Simulation, type SimulationResult } from './simulation.js'
import { calm, type SimulationOptions } from './simulation-options.js'

/**
 * Runs a random program on a random cluster on which random things go wrong, all from one seed, and checks that the
 * scheduler does what it promises. The same seed and options give the same run.
 *
 * @throws Error that names the seed, the time and the broken promise.
 */
export function simulate(seed: number, options: Partial<SimulationOptions> = {}): SimulationResult {
  const complete = { ...randomOptions(seed), ...options }
  try {
    return new Simulation(seed, complete).run()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`simulation with seed ${seed} (replay with FIRESTEEL_SEED=${seed}): ${message}`, { cause: error })
  }
}

/** Options in which each kind of trouble is on or off by chance, so that they meet in all combinations. */
export function randomOptions(seed: number): SimulationOptions {
  const prng = new Prng(seed ^ 0x5eed)
  const maybe = (p: number, rate: number) => (prng.chance(p) ? rate * prng.next() : 0)
  const some = (p: number, most: number) => (prng.chance(p) ? prng.between(1, most) : 0)
  const reportEveryMs = prng.chance(0.4) ? 500 : 0
  return {
    ...calm,
    jobs: prng.between(1, 4),
    sequential: prng.chance(0.3),
    executors: prng.between(1, 5),
    hosts: prng.between(1, 3),
    slotsPerExecutor: prng.between(1, 3),
    mode: prng.pick(['FIFO', 'FAIR']),
    maxTaskFailures: prng.between(2, 4),
    faultsUntilMs: prng.pick([2_000, 8_000]),
    slowTask: maybe(0.3, 0.1),
    taskFailure: maybe(0.3, 0.15),
    reportEveryMs,
    lostMessage: reportEveryMs > 0 ? maybe(0.7, 0.1) : 0,
    repeatedMessage: maybe(0.3, 0.2),
    lateMessage: maybe(0.3, 0.2),
    fetchFailure: maybe(0.3, 0.05),
    corruptOutput: maybe(0.2, 0.1),
    executorDeaths: some(0.5, 4),
    hostLoss: prng.chance(0.3),
    outputsDie: prng.chance(0.8),
    decommissions: some(0.2, 2),
    cancellations: some(0.3, 2),
    taskKills: some(0.2, 3),
    speculations: some(0.3, 6),
    indeterminate: prng.chance(0.3),
    badPartition: prng.chance(0.1),
    poisonPartition: prng.chance(0.1),
    clusterDies: prng.chance(0.1) ? prng.pick(['announced', 'silently']) : false,
  }
}
