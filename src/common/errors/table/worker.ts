import { errorTable } from '../error-entry.js'

export const workerErrors = errorTable({
  FS_WORKER_FOLDER: {
    category: 'resource',
    message: (d) => `the worker cannot use the folder ${d.folder}: ${d.problem}`,
    hint: 'Give it a work folder (--work-dir, SPARK_WORKER_DIR) that its user may write to.',
  },
  FS_WORKER_SIZE: {
    category: 'usage',
    message: (d) => `a worker cannot offer ${d.value} ${d.what}`,
    hint: 'Give at least 1 core (--cores, SPARK_WORKER_CORES) and 1 MiB (--memory, SPARK_WORKER_MEMORY).',
  },
  FS_WORKER_ID_PATTERN: {
    category: 'usage',
    message: (d) => `spark.worker.idPattern '${d.pattern}' cannot be used: ${d.problem}`,
    hint: 'Use %s for the time, %s for the host and %d for the port, in this order, and letters, digits, dots and hyphens between.',
  },
  FS_WORKER_RESOURCE: {
    category: 'usage',
    message: (d) => `the custom resource '${d.name}' of this worker cannot be offered: ${d.problem}`,
    hint: 'Check spark.worker.resource.{name}.amount, its discoveryScript, and spark.worker.resourcesFile.',
  },
  FS_WORKER_RESOURCES_FILE: {
    category: 'usage',
    message: (d) => `the file ${d.path} of spark.worker.resourcesFile cannot be used: ${d.problem}`,
    hint: 'It holds a JSON list such as [{"id":{"componentName":"spark.worker","resourceName":"gpu"},"addresses":["0","1"]}].',
  },
  FS_WORKER_FETCH: {
    category: 'network',
    message: (d) => `the file '${d.name}' of the application could not be fetched: ${d.problem}`,
    hint: 'Check that the file is there for every worker, and that the master has it: submit again to upload it anew.',
  },
  FS_WORKER_NAME: {
    category: 'usage',
    message: (d) => `'${d.name}' cannot be the name of a file or folder of a worker`,
    hint: 'Ids and names of files hold no slashes and do not begin with a dot.',
  },
  FS_WORKER_PROCESS: {
    category: 'resource',
    message: (d) => `the process of ${d.what} could not be started: ${d.problem}`,
    hint: "The worker's log has more; processes, memory or open files of the machine may have run out.",
  },
  FS_WORKER_ENTRY_MISSING: {
    category: 'resource',
    message: (d) => `the compiled entry file ${d.file} is missing`,
    hint: 'Run npm run build in the Firesteel checkout, or install the package again.',
  },
})
