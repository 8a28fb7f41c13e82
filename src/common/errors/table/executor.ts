import { errorTable } from '../error-entry.js'

export const executorErrors = errorTable({
  FS_EXECUTOR_RESOURCES: {
    category: 'usage',
    message: (d) =>
      `a task takes more custom resources (spark.task.resource.*.amount) than this executor has: ${d.has}`,
    hint: 'Raise spark.executor.resource.{name}.amount, or lower spark.task.resource.{name}.amount.',
  },
  FS_EXECUTOR_NO_ANSWER: {
    category: 'internal',
    message: (d) => `the executor's main thread did not answer '${d.method}' within ${d.timeoutMs} ms`,
    hint: 'The executor is overloaded or its driver is gone; the task is tried again.',
  },
  FS_EXECUTOR_START: {
    category: 'resource',
    message: (d) => `executor ${d.executorId} could not be started: ${d.reason}`,
    hint: 'The text names what failed; its log folder has the rest.',
  },
  FS_EXECUTOR_ENTRY_MISSING: {
    category: 'resource',
    message: (d) => `the compiled entry file ${d.file} is missing`,
    hint: 'Run npm run build in the Firesteel checkout, or install the package again.',
  },
  FS_TASK_KILLED: {
    category: 'cancelled',
    message: (d) => `the task was killed: ${d.reason}`,
    hint: 'It was cancelled on request, or another attempt of it finished first.',
  },
  FS_TASK_HEAP_LIMIT: {
    category: 'resource',
    message: (d) =>
      `task ${d.task} outgrew its share of memory: its thread's heap holds ${d.heapMiB} MiB, its share is ${d.limitMiB} MiB`,
    hint: 'Raise spark.executor.memory, use more partitions, or run fewer tasks at a time in an executor.',
  },
  FS_TASK_OUT_OF_MEMORY: {
    category: 'resource',
    message: (d) =>
      `task ${d.task} outgrew its memory: its thread's heap reached ${d.heapMiB} MiB of ${d.limitMiB} MiB (executor memory ${d.executorMiB} MiB, ${d.slots} slot(s))`,
    hint: 'Raise spark.executor.memory, use more partitions, or run fewer slots in an executor.',
  },
  FS_TASK_THREAD_EXIT: {
    category: 'task',
    message: (d) => `the thread of task ${d.task} ended while it ran: ${d.reason}`,
    hint: 'Do not call process.exit() in a task; an error thrown from a timer or an event ends the thread too.',
  },
  FS_TASK_ASYNC_TIMEOUT: {
    category: 'task',
    message: (d) => `an asynchronous call did not settle within ${d.timeoutMs} ms`,
    hint: 'Raise the timeout option of mapAsync, flatMapAsync or foreachAsync, or set retries.',
  },
  FS_TASK_PIPE_START: {
    category: 'task',
    message: (d) => `the command '${d.command}' of pipe() could not be started`,
    hint: 'It must be installed on every executor; the cause below says why it did not start.',
  },
  FS_TASK_PIPE_EXIT: {
    category: 'task',
    message: (d) =>
      `the command '${d.command}' of pipe() ended with ${d.code}${d.stderr ? `; its error output ends: ${d.stderr}` : ''}`,
    hint: 'A command in pipe() must end with exit code 0.',
  },
})
