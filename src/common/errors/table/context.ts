import { errorTable } from '../error-entry.js'

export const contextErrors = errorTable({
  FS_CONTEXT_STOPPED: {
    category: 'usage',
    message: (d) =>
      `${d.what ?? 'this call'} needs a running SparkContext, but it was stopped${d.stoppedAt ? ` at ${d.stoppedAt}` : ''}`,
    hint: 'Run the action before sc.stop(), or create a new SparkContext.',
  },
  FS_CONTEXT_ALREADY_RUNNING: {
    category: 'usage',
    message: (d) =>
      `a SparkContext is already running in this process (application '${d.appName}', created at ${d.site})`,
    hint: 'Stop it first, use SparkContext.getOrCreate(), or set spark.driver.allowMultipleContexts=true.',
  },
  FS_CONTEXT_MASTER_URL: {
    category: 'usage',
    message: (d) => `the master URL '${d.url}' is not one that Firesteel knows`,
    hint: 'Use local, local[N], local[*], local[N,F], local-cluster[executors,cores,memoryMB] or spark://host:port[,host:port].',
  },
  FS_CONTEXT_CONSTRUCTOR: {
    category: 'usage',
    message: () => 'a SparkContext cannot be made with new: its start takes a moment',
    hint: 'Write `const sc = await SparkContext.create(conf)`.',
  },
  FS_CONTEXT_MANAGER: {
    category: 'usage',
    message: (d) => `the cluster manager '${d.name}' of spark.firesteel.clusterManagers cannot be used: ${d.problem}`,
    hint: 'Name JavaScript modules, by path or package, that export a `clusterManager`.',
  },
  FS_CONTEXT_BUNDLED: {
    category: 'usage',
    message: (d) => `Firesteel's own code is in the bundle ${d.file}, where its executors cannot be started from`,
    hint: 'Keep firesteel external when bundling (esbuild: --external:firesteel) and install it where the bundle runs.',
  },
  FS_CONTEXT_LOCAL_DIR: {
    category: 'resource',
    message: (d) => `no folder for temporary files can be made in ${d.folder}: ${d.problem}`,
    hint: 'Let spark.local.dir name folders that exist, or can be made, on a disk with room, and that this user may write to.',
  },
  FS_CONTEXT_LISTENER: {
    category: 'usage',
    message: (d) => `the listener '${d.name}' of spark.extraListeners cannot be used: ${d.problem}`,
    hint: 'Name JavaScript modules, by path or package, whose default export is a class with methods of SparkListener.',
  },
  FS_JOB_RESULT_TOO_LARGE: {
    category: 'resource',
    message: (d) =>
      `the results of ${d.operation}() are larger than spark.driver.maxResultSize: ${d.bytes} bytes so far, the limit is ${d.limit}`,
    hint: 'Save the RDD, iterate it with toLocalIterator(), or take() a part; or raise spark.driver.maxResultSize (0 for no limit).',
  },
})
