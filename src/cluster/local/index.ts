export { localClusterManager } from './local-cluster-manager.js'
export { localManager } from './local-manager.js'
