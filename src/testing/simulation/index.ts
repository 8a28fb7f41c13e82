export { type LargeClusterOptions, type LargeClusterResult, simulateLargeCluster } from './large-cluster.js'
export { randomOptions, simulate } from './simulate.js'
export type { SimulationResult } from './simulation.js'
export { calm, type SimulationOptions } from './simulation-options.js'
