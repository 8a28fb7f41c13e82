/**
 * Settings that are read and checked but that nothing acts on, by the reason. Setting one gives a warning, and the page of settings says
 * so. Whoever makes one work takes it off the list; `test/house/settings.test.ts` insists.
 */
const keysByReason: Readonly<Record<string, readonly string[]>> = {
  'failed tasks are tried on other executors, but none is excluded in this version': [
    'spark.excludeOnFailure.application.maxFailedExecutorsPerNode',
    'spark.excludeOnFailure.application.maxFailedTasksPerExecutor',
    'spark.excludeOnFailure.enabled',
    'spark.excludeOnFailure.stage.maxFailedExecutorsPerNode',
    'spark.excludeOnFailure.stage.maxFailedTasksPerExecutor',
    'spark.excludeOnFailure.task.maxTaskAttemptsPerExecutor',
    'spark.excludeOnFailure.task.maxTaskAttemptsPerNode',
    'spark.excludeOnFailure.timeout',
  ],
  'tasks are not run speculatively in this version': [
    'spark.speculation',
    'spark.speculation.interval',
    'spark.speculation.minTaskRuntime',
    'spark.speculation.multiplier',
    'spark.speculation.quantile',
  ],
  'Firesteel gives it': ['spark.executor.id'],
  'a worker always dials the addresses that it was given': ['spark.worker.preferConfiguredMasterAddress'],
  'broadcasts travel as they are encoded, which is compact already': ['spark.broadcast.compress'],
  'every reader and writer has a buffer of the size that measured best': [
    'spark.buffer.size',
    'spark.shuffle.file.buffer',
  ],
  'the task fails': ['spark.files.ignoreCorruptFiles', 'spark.files.ignoreMissingFiles'],
  'files are split by the number of partitions asked for': [
    'spark.files.maxPartitionBytes',
    'spark.files.openCostInBytes',
  ],
  'remote blocks come in pieces, as many at a time as spark.reducer.maxSizeInFlight says': [
    'spark.network.maxRemoteBlockSizeFetchToMem',
  ],
  'free slots are offered at once': ['spark.scheduler.revive.interval'],
  'listeners are called at once, nothing queues': ['spark.scheduler.listenerbus.eventqueue.capacity'],
  'checksums are always kept and verified': ['spark.shuffle.checksum.enabled'],
  'the side that connects proves that it knows the secret': ['spark.ssl.needClientAuth'],
  'it is always TLS 1.3': ['spark.ssl.protocol'],
  'spark.stage.maxConsecutiveAttempts alone limits attempts': ['spark.stage.maxAttempts'],
  'a cancelled task is ended after spark.task.reaper.killTimeout': ['spark.task.reaper.pollingInterval'],
}

/** The keys without effect, each with the reason. */
export const reservedKeys: ReadonlyMap<string, string> = new Map(
  Object.entries(keysByReason).flatMap(([reason, keys]) => keys.map((key): [string, string] => [key, reason])),
)
