/** `firesteel/cluster`: what a cluster manager of a third party needs; docs/cluster-managers.md tells how to write one. */
export { addressTowards } from './cluster/standalone/index.js'
export { type ExecutorId, executorId } from './common/index.js'
export { type DriverLaunchData, type DriverStartOptions, startDriverProcess } from './deploy/worker/index.js'
export {
  type ExecutorLaunchData,
  type ExitCause,
  executorExitCodes,
  exitCause,
  startExecutorProcess,
} from './executor/index.js'
export type { RpcSecurity } from './rpc/index.js'
export type {
  ClusterApplication,
  ClusterManager,
  ExecutorLossCause,
  ExecutorProvider,
  InProcessExecutor,
  ManagerContext,
  SubmissionStatus,
  SubmitClient,
  SubmitContext,
} from './scheduler/index.js'
