export {
  type AccumulatorHandle,
  AccumulatorV2,
  CollectionAccumulator,
  DoubleAccumulator,
  LongAccumulator,
  mergeAccumulator,
  travelAs,
} from './accumulator.js'
export { endThreads } from './end-threads.js'
export { Executor } from './executor.js'
export { type ExecutorLaunchData, startExecutorProcess } from './executor-launch.js'
export * from './executor-messages.js'
export { type ExecutorOptions, type ExecutorPlace, executorOptions } from './executor-options.js'
export { type ExitCause, exitCause } from './exit-cause.js'
export { executorExitCodes } from './exit-codes.js'
export * from './files/index.js'
export { type EncodedOutputs, encodeOutputs, type ListedOutput, type MapExecutor } from './map-output-list.js'
export { type MapOutputsRequest, mapOutputMessages } from './map-output-messages.js'
export { TaskContext } from './task-context.js'
export type { StageBinary, TaskDescription } from './task-message.js'
