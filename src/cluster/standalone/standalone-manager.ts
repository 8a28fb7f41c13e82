import type { ClusterManager } from '../../scheduler/index.js'
import { StandaloneProvider } from './standalone-provider.js'
import { StandaloneSubmitClient } from './standalone-submit-client.js'

/** `spark://host:port[,host:port]`: executors on the workers of a standalone cluster, and drivers too. */
export const standaloneManager: ClusterManager = {
  name: 'standalone',
  claims: (url) => url.startsWith('spark://'),
  create: (context) => new StandaloneProvider(context),
  submitClient: (context) => new StandaloneSubmitClient(context),
}
