import { Prng } from '../prng.js'
import { type ClusterOptions, calmCluster } from './cluster-options.js'
import { type ClusterResult, ClusterSimulation } from './cluster-simulation.js'

/**
 * Runs a random standalone cluster on which random things go wrong, all from one seed, and checks that its masters do what they promise.
 * The same seed and options give the same run.
 *
 * @throws Error that names the seed, the time and the broken promise.
 */
export function simulateCluster(seed: number, options: Partial<ClusterOptions> = {}): ClusterResult {
  try {
    return new ClusterSimulation(seed, { ...randomClusterOptions(seed), ...options }).run()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`cluster with seed ${seed} (replay with FIRESTEEL_SEED=${seed}): ${message}`, { cause: error })
  }
}

/** Options in which each kind of trouble is on or off by chance, so that they meet in all combinations. */
export function randomClusterOptions(seed: number): ClusterOptions {
  const prng = new Prng(seed ^ 0xc1a5)
  const maybe = (p: number, rate: number) => (prng.chance(p) ? rate * prng.next() : 0)
  const some = (p: number, most: number) => (prng.chance(p) ? prng.between(1, most) : 0)
  const isOneMaster = prng.chance(0.3)
  return {
    ...calmCluster,
    masters: isOneMaster ? 1 : prng.between(2, 3),
    workers: prng.between(1, 5),
    gpus: prng.chance(0.3) ? prng.between(1, 4) : 0,
    applications: prng.between(0, 4),
    drivers: prng.between(0, 6),
    latencyMs: prng.chance(0.7) ? { min: 1, max: 20 } : { min: 1, max: 400 },
    storeMs: prng.chance(0.7) ? { min: 0, max: 20 } : { min: 50, max: 300 },
    faultsUntilMs: prng.pick([5_000, 15_000]),
    masterDeaths: some(0.5, 3),
    workerDeaths: some(0.5, 3),
    depositions: some(0.4, 4),
    cuts: some(0.4, 6),
    partitions: some(0.4, 4),
    executorFailure: maybe(0.4, prng.pick([0.3, 1])),
    driverFailure: maybe(0.5, 1),
    kills: maybe(0.4, 1),
    supervised: prng.next(),
    earlyEnd: maybe(0.5, 0.6),
    crash: maybe(0.4, 0.6),
    applicationKills: maybe(0.3, 0.6),
    requests: some(0.4, 3),
    decommissions: some(0.2, 2),
    repeatedSubmission: maybe(0.5, 1),
    clockSkewMs: prng.chance(0.5) ? 3_000 : 0,
    master: {
      spreadOutApps: prng.chance(0.5),
      spreadOutDrivers: prng.chance(0.5),
      ...(prng.chance(0.2) ? { defaultCores: prng.between(1, 6) } : {}),
      ...(prng.chance(0.2) ? { maxDrivers: prng.between(1, 2) } : {}),
      ...(prng.chance(0.2) ? { maxExecutorRetries: -1 } : {}),
      ...(prng.chance(0.2) ? { appIdPattern: 'app-%2$04d', appNumberModulo: 3 } : {}),
      ...(prng.chance(0.1) ? { useAppNameAsAppId: true } : {}),
      workerSelectionPolicy: prng.pick([
        'CORES_FREE_ASC',
        'CORES_FREE_DESC',
        'MEMORY_FREE_ASC',
        'MEMORY_FREE_DESC',
        'WORKER_ID',
      ]),
    },
  }
}
