/** What a task counts; plain numbers, so that they travel as they are. Times in milliseconds, sizes in bytes. */
export interface TaskMetrics {
  executorRunTime: number
  executorCpuTime: number
  executorDeserializeTime: number
  resultSize: number
  resultSerializationTime: number
  gcTime: number
  memoryBytesSpilled: number
  diskBytesSpilled: number
  peakExecutionMemory: number
  inputBytesRead: number
  inputRecordsRead: number
  outputBytesWritten: number
  outputRecordsWritten: number
  shuffleRemoteBlocksFetched: number
  shuffleLocalBlocksFetched: number
  shuffleRemoteBytesRead: number
  shuffleLocalBytesRead: number
  shuffleFetchWaitTime: number
  shuffleRecordsRead: number
  shuffleBytesWritten: number
  shuffleRecordsWritten: number
  shuffleWriteTime: number
}

/** All zero. */
export function newTaskMetrics(): TaskMetrics {
  return {
    executorRunTime: 0,
    executorCpuTime: 0,
    executorDeserializeTime: 0,
    resultSize: 0,
    resultSerializationTime: 0,
    gcTime: 0,
    memoryBytesSpilled: 0,
    diskBytesSpilled: 0,
    peakExecutionMemory: 0,
    inputBytesRead: 0,
    inputRecordsRead: 0,
    outputBytesWritten: 0,
    outputRecordsWritten: 0,
    shuffleRemoteBlocksFetched: 0,
    shuffleLocalBlocksFetched: 0,
    shuffleRemoteBytesRead: 0,
    shuffleLocalBytesRead: 0,
    shuffleFetchWaitTime: 0,
    shuffleRecordsRead: 0,
    shuffleBytesWritten: 0,
    shuffleRecordsWritten: 0,
    shuffleWriteTime: 0,
  }
}
