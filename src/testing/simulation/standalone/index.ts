export type { ClusterOptions } from './cluster-options.js'
export type { ClusterResult } from './cluster-simulation.js'
export { simulateCluster } from './simulate-cluster.js'
