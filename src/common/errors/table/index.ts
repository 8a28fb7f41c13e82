import { blobErrors } from './blobs.js'
import { closureErrors } from './closure.js'
import { clusterErrors } from './cluster.js'
import { confErrors } from './conf.js'
import { contextErrors } from './context.js'
import { executorErrors } from './executor.js'
import { filesErrors } from './files.js'
import { ioErrors } from './io.js'
import { jobErrors } from './job.js'
import { keyErrors } from './key.js'
import { launcherErrors } from './launcher.js'
import { rddErrors } from './rdd.js'
import { recoveryErrors } from './recovery.js'
import { restErrors } from './rest.js'
import { rpcErrors } from './rpc.js'
import { serializerErrors } from './serializer.js'
import { shuffleErrors } from './shuffle.js'
import { storageErrors } from './storage.js'
import { submitErrors } from './submit.js'
import { webErrors } from './web.js'
import { workerErrors } from './worker.js'

/** All rows, by code. A code never changes its meaning. */
export const errors = {
  ...blobErrors,
  ...closureErrors,
  ...clusterErrors,
  ...confErrors,
  ...contextErrors,
  ...executorErrors,
  ...filesErrors,
  ...ioErrors,
  ...jobErrors,
  ...keyErrors,
  ...launcherErrors,
  ...rddErrors,
  ...recoveryErrors,
  ...restErrors,
  ...rpcErrors,
  ...serializerErrors,
  ...shuffleErrors,
  ...storageErrors,
  ...submitErrors,
  ...workerErrors,
  ...webErrors,
}
