import { errorTable } from '../error-entry.js'

export const jobErrors = errorTable({
  FS_JOB_FAILED: {
    category: 'task',
    message: (d) =>
      `job ${d.jobId} failed: task of partition ${d.partition} in stage ${d.stageId}.${d.stageAttempt} (${d.stageName}) ` +
      `failed ${d.failures === 1 ? 'once' : `${d.failures} times`}, last on executor ${d.executorId} (${d.host}): ${d.lastError}`,
    hint: 'The cause is the last error of the task; spark.task.maxFailures sets how often a task may fail.',
  },
  FS_JOB_TASK_KILLS_EXECUTORS: {
    category: 'task',
    message: (d) =>
      `job ${d.jobId} failed: partition ${d.partition} in stage ${d.stageId}.${d.stageAttempt} (${d.stageName}) was running ` +
      `on ${d.failures} executors when they ended (${d.executors}), the last one because: ${d.lastError}`,
    hint: 'That partition most likely kills its executor, mostly by memory: look at its records, use more partitions or more executor memory.',
  },
  FS_JOB_FETCH_FAILED: {
    category: 'resource',
    message: (d) =>
      `job ${d.jobId} failed: stage ${d.stageId} (${d.stageName}) could not read its shuffle input in ${d.attempts} ` +
      `attempts in a row; the last failure, of shuffle ${d.shuffleId}: ${d.lastError}`,
    hint: 'Executors that serve the map outputs keep going away or cannot be reached: see the causes of the executor losses.',
  },
  FS_JOB_INDETERMINATE: {
    category: 'resource',
    message: (d) =>
      `job ${d.jobId} failed: map outputs of stage ${d.stageId} (${d.stageName}) were lost, computing them again may give ` +
      `other records, and ${d.finished} results of the job had been delivered already`,
    hint: 'Checkpoint the RDD before the shuffle, or sort it, so that computing it again gives the same records.',
  },
  FS_JOB_CANCELLED: {
    category: 'cancelled',
    message: (d) => `job ${d.jobId} was cancelled: ${d.reason}`,
    hint: 'It was asked for by the program, a user of the web UI, or the end of the context.',
  },
  FS_JOB_NO_RESOURCES: {
    category: 'resource',
    message: (d) =>
      `job ${d.jobId} failed: tasks of stage ${d.stageId}.${d.stageAttempt} (${d.stageName}) waited ${d.waitedSeconds} s while ` +
      `nothing was running: ${d.reason}`,
    hint: 'Check that executors can start and reach the driver, and that spark.task.cpus is not more than an executor has.',
  },
  FS_JOB_EXECUTORS_GONE: {
    category: 'resource',
    message: (d) => `job ${d.jobId} failed: no executor is left and none can be had: ${d.reason}`,
    hint: 'See the causes of the executor losses; start the application again once they are mended.',
  },
  FS_JOB_BAD_PARTITION: {
    category: 'usage',
    message: (d) =>
      `job ${d.jobId} asks for partition ${d.partition} of RDD ${d.rddId}, which has ${d.numPartitions} partitions`,
    hint: 'Partitions are numbered from 0.',
  },
  FS_JOB_BAD_POOL_FILE: {
    category: 'input',
    message: (d) => `the pool file ${d.path} is not valid${d.line ? ` at line ${d.line}` : ''}: ${d.problem}`,
    hint: 'It is <allocations> with <pool name="…"> elements that hold schedulingMode (FIFO or FAIR), weight (from 1) and minShare (from 0), or the same as JSON.',
  },
})
