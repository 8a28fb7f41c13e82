export { type ExecutorLaunch, localClusterManager } from './local-cluster-manager.js'
export { localManager } from './local-manager.js'
