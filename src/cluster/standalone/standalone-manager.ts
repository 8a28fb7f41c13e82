import type { ClusterManager } from '../../scheduler/index.js'
import { StandaloneProvider } from './standalone-provider.js'

/** `spark://host:port[,host:port]`: executors on the workers of a standalone cluster. */
export const standaloneManager: ClusterManager = {
  name: 'standalone',
  claims: (url) => url.startsWith('spark://'),
  create: (context) => new StandaloneProvider(context),
}
