/** Why a key that Spark has does nothing here. */
const reasons = {
  jvm: 'it is about the Java virtual machine',
  languages: 'it is about running Python or R',
  sql: 'SQL, DataFrames, streaming, graphs and Spark Connect are not part of this version',
  kubernetes: 'Kubernetes is not supported in this version',
  yarn: 'Hadoop YARN is not supported in this version',
  mesos: 'Apache Mesos is not supported in this version',
  standalone: "it adjusts a detail of Spark's own master and workers",
  history: 'event log and history server are not part of this version',
  metrics: 'metrics sinks and plugins are not part of this version',
  ui: "an application's own web pages are not part of this version",
  pages: 'pages need no such help: their links and redirects hold under any proxy, and lists of groups are refused',
  standaloneTls:
    'the pages of master and worker are served over TLS 1.3 on the port that they have anyway, from PEM or PKCS#12 files',
  kerberos: 'Kerberos is not supported in this version',
  allocation: 'dynamic allocation and decommissioning are not part of this version',
  service: 'the external shuffle service and push-based shuffle are not part of this version',
  resources: 'resource profiles and memory overhead are not part of this version',
  encryption: 'connections are encrypted by TLS (spark.ssl.enabled), temporary files are not encrypted',
  speculation: 'tasks are not run speculatively in this version',
  onePort: 'the driver serves everything on one port, spark.driver.port',
  internal: "it adjusts a detail of Spark's own implementation",
} as const

type Reason = keyof typeof reasons

/** The keys of Spark 4 that Firesteel does not read, without their leading `spark.`, by the reason. */
const keysByReason: Record<Reason, string> = {
  jvm: `
    driver.defaultJavaOptions driver.extraClassPath driver.extraJavaOptions driver.extraLibraryPath
    driver.userClassPathFirst eventLog.gcMetrics.oldGenerationGarbageCollectors
    eventLog.gcMetrics.youngGenerationGarbageCollectors executor.defaultJavaOptions executor.extraClassPath
    executor.extraJavaOptions executor.extraLibraryPath executor.killOnFatalError.depth executor.userClassPathFirst
    file.transferTo hadoop.cloneConf jars.ivy jars.ivySettings kryo.classesToRegister kryo.pool
    kryo.referenceTracking kryo.registrationRequired kryo.registrator kryo.unsafe kryoserializer.buffer
    kryoserializer.buffer.max memory.offHeap.enabled memory.offHeap.size network.io.preferDirectBufs
    network.remoteReadNioBufferConversion rpc.netty.dispatcher.numThreads serializer serializer.extraDebugInfo
    serializer.objectStreamReset shuffle.io.preferDirectBufs shuffle.unsafe.fastMergeEnabled
    shuffle.unsafe.file.output.buffer storage.memoryMapLimitForTests storage.memoryMapThreshold
    task.reaper.threadDump ui.heapHistogramEnabled ui.jettyStopTimeout ui.threadDump.flamegraphEnabled
    ui.threadDumpsEnabled unsafe.exceptionOnMemoryLeak unsafe.sorter.spill.read.ahead.enabled
    unsafe.sorter.spill.reader.buffer.size yarn.am.extraJavaOptions yarn.am.extraLibraryPath`,
  languages: `
    executor.pyspark.memory executor.python.worker.log.details kubernetes.pyspark.pythonVersion
    pyspark.driver.python pyspark.python python.authenticate.socketTimeout python.daemon.module python.profile
    python.profile.dump python.task.killTimeout python.use.daemon python.worker.faulthandler.enabled
    python.worker.memory python.worker.module python.worker.reuse r.backendConnectionTimeout r.command
    r.driver.command r.heartBeatInterval r.numRBackendThreads r.shell.command sparkr.r.command submit.pyFiles
    yarn.isPython`,
  sql: `
    api.mode broadcast.UDFCompressionThreshold connect.extensions.command.classes
    connect.extensions.expression.classes connect.extensions.relation.classes connect.grpc.arrow.maxBatchSize
    connect.grpc.binding.port connect.grpc.interceptor.classes connect.grpc.maxInboundMessageSize
    connect.scalaUdf.stubPrefixes graphx.pregel.checkpointInterval sql.ui.retainedExecutions
    streaming.backpressure.enabled streaming.backpressure.initialRate streaming.blockInterval
    streaming.driver.writeAheadLog.closeFileAfterWrite streaming.dynamicAllocation.enabled
    streaming.dynamicAllocation.maxExecutors streaming.dynamicAllocation.minExecutors
    streaming.dynamicAllocation.scalingDownRatio streaming.dynamicAllocation.scalingInterval
    streaming.dynamicAllocation.scalingUpRatio streaming.dynamicAllocation.testing
    streaming.kafka.maxRatePerPartition streaming.kafka.minRatePerPartition streaming.receiver.maxRate
    streaming.receiver.writeAheadLog.closeFileAfterWrite streaming.receiver.writeAheadLog.enable
    streaming.stopGracefullyOnShutdown streaming.ui.retainedBatches streaming.unpersist`,
  kubernetes: `
    kubernetes.allocation.batch.delay kubernetes.allocation.batch.size kubernetes.allocation.driver.readinessTimeout
    kubernetes.allocation.executor.timeout kubernetes.allocation.maxPendingPods kubernetes.allocation.pods.allocator
    kubernetes.appKillPodDeletionGracePeriod kubernetes.authenticate.caCertFile
    kubernetes.authenticate.clientCertFile kubernetes.authenticate.clientKeyFile
    kubernetes.authenticate.driver.caCertFile kubernetes.authenticate.driver.clientCertFile
    kubernetes.authenticate.driver.clientKeyFile kubernetes.authenticate.driver.mounted.caCertFile
    kubernetes.authenticate.driver.mounted.clientCertFile kubernetes.authenticate.driver.mounted.clientKeyFile
    kubernetes.authenticate.driver.mounted.oauthTokenFile kubernetes.authenticate.driver.oauthToken
    kubernetes.authenticate.driver.oauthTokenFile kubernetes.authenticate.driver.serviceAccountName
    kubernetes.authenticate.executor.serviceAccountName kubernetes.authenticate.oauthToken
    kubernetes.authenticate.oauthTokenFile kubernetes.authenticate.submission.caCertFile
    kubernetes.authenticate.submission.clientCertFile kubernetes.authenticate.submission.clientKeyFile
    kubernetes.authenticate.submission.oauthToken kubernetes.authenticate.submission.oauthTokenFile
    kubernetes.configMap.maxSize kubernetes.container.image kubernetes.container.image.pullPolicy
    kubernetes.container.image.pullSecrets kubernetes.context kubernetes.decommission.script
    kubernetes.driver.connectionTimeout kubernetes.driver.container.image kubernetes.driver.limit.cores
    kubernetes.driver.master kubernetes.driver.ownPersistentVolumeClaim kubernetes.driver.pod.featureSteps
    kubernetes.driver.pod.name kubernetes.driver.podTemplateContainerName kubernetes.driver.podTemplateFile
    kubernetes.driver.request.cores kubernetes.driver.requestTimeout kubernetes.driver.resourceNamePrefix
    kubernetes.driver.reusePersistentVolumeClaim kubernetes.driver.scheduler.name
    kubernetes.driver.service.deleteOnTermination kubernetes.driver.service.ipFamilies
    kubernetes.driver.service.ipFamilyPolicy kubernetes.driver.waitToReusePersistentVolumeClaim
    kubernetes.dynamicAllocation.deleteGracePeriod kubernetes.executor.apiPollingInterval
    kubernetes.executor.checkAllContainers kubernetes.executor.container.image kubernetes.executor.decommissionLabel
    kubernetes.executor.decommissionLabelValue kubernetes.executor.deleteOnTermination
    kubernetes.executor.disableConfigMap kubernetes.executor.enableApiPolling kubernetes.executor.enableApiWatcher
    kubernetes.executor.enablePollingWithResourceVersion kubernetes.executor.eventProcessingInterval
    kubernetes.executor.limit.cores kubernetes.executor.minTasksPerExecutorBeforeRolling
    kubernetes.executor.missingPodDetectDelta kubernetes.executor.pod.featureSteps kubernetes.executor.podNamePrefix
    kubernetes.executor.podTemplateContainerName kubernetes.executor.podTemplateFile
    kubernetes.executor.request.cores kubernetes.executor.rollInterval kubernetes.executor.rollPolicy
    kubernetes.executor.scheduler.name kubernetes.executorSnapshotsSubscribersShutdownGracePeriod
    kubernetes.file.upload.path kubernetes.hadoop.configMapName kubernetes.jars.avoidDownloadSchemes
    kubernetes.kerberos.krb5.configMapName kubernetes.kerberos.krb5.path kubernetes.kerberos.tokenSecret.itemKey
    kubernetes.kerberos.tokenSecret.name kubernetes.legacy.useReadWriteOnceAccessMode kubernetes.local.dirs.tmpfs
    kubernetes.memoryOverheadFactor kubernetes.namespace kubernetes.report.interval kubernetes.resource.type
    kubernetes.scheduler.name kubernetes.submission.connectionTimeout kubernetes.submission.requestTimeout
    kubernetes.submission.waitAppCompletion kubernetes.submitInDriver kubernetes.trust.certificates`,
  yarn: `
    yarn.am.attemptFailuresValidityInterval yarn.am.clientModeExitOnError yarn.am.clientModeTreatDisconnectAsFailed
    yarn.am.cores yarn.am.memory yarn.am.memoryOverhead yarn.am.nodeLabelExpression yarn.am.tokenConfRegex
    yarn.am.waitTime yarn.applicationType yarn.archive yarn.clientLaunchMonitorInterval yarn.config.gatewayPath
    yarn.config.replacementPath yarn.containerLauncherMaxThreads yarn.dist.archives yarn.dist.files
    yarn.dist.forceDownloadSchemes yarn.dist.jars yarn.dist.pyFiles yarn.exclude.nodes
    yarn.executor.launch.excludeOnFailure.enabled yarn.executor.nodeLabelExpression yarn.historyServer.address
    yarn.includeDriverLogsLink yarn.jars yarn.kerberos.relogin.period yarn.kerberos.renewal.excludeHadoopFileSystems
    yarn.maxAppAttempts yarn.metrics.namespace yarn.populateHadoopClasspath yarn.preserve.staging.files
    yarn.priority yarn.queue yarn.report.interval yarn.report.loggingFrequency yarn.resourceFpgaDeviceName
    yarn.resourceGpuDeviceName yarn.rolledLog.excludePattern yarn.rolledLog.includePattern
    yarn.shuffle.server.recovery.disabled yarn.shuffle.service.logs.namespace yarn.shuffle.service.metrics.namespace
    yarn.shuffle.stopOnFailure yarn.stagingDir yarn.submit.file.replication yarn.submit.waitAppCompletion yarn.tags
    yarn.unmanagedAM.enabled`,
  mesos: `
    mesos.appJar.local.resolution.mode mesos.coarse mesos.constraints mesos.containerizer
    mesos.dispatcher.historyServer.url mesos.dispatcher.queue mesos.dispatcher.webui.url mesos.driver.constraints
    mesos.driver.failoverTimeout mesos.driver.labels mesos.driver.memoryOverhead mesos.driver.webui.url
    mesos.executor.docker.forcePullImage mesos.executor.docker.image mesos.executor.docker.parameters
    mesos.executor.docker.volumes mesos.executor.home mesos.executor.memoryOverhead mesos.extra.cores
    mesos.fetcherCache.enable mesos.gpus.max mesos.mesosExecutor.cores mesos.network.labels mesos.network.name
    mesos.principal mesos.principal.file mesos.rejectOfferDuration mesos.rejectOfferDurationForReachedMaxCores
    mesos.rejectOfferDurationForUnmetConstraints mesos.role mesos.secret mesos.secret.file mesos.task.labels
    mesos.uris`,
  standalone: `
    master.rest.maxThreads master.rest.virtualThread.enabled standalone.executorRemoveDelayOnDisconnection
    submit.proxyUser.allowCustomClasspathInClusterMode worker.executorStateSync.maxAttempts
    worker.ui.compressedLogFileLengthCacheSize`,
  history: `
    eventLog.buffer.kb eventLog.compress eventLog.compression.codec eventLog.dir eventLog.enabled
    eventLog.erasureCoding.enabled eventLog.includeTaskMetricsAccumulators eventLog.logBlockUpdates.enabled
    eventLog.logStageExecutorMetrics eventLog.longForm.enabled eventLog.overwrite eventLog.rolling.enabled
    eventLog.rolling.maxFileSize eventLog.testing history.custom.executor.log.url
    history.custom.executor.log.url.applyIncompleteApplication history.fs.cleaner.enabled
    history.fs.cleaner.interval history.fs.cleaner.maxAge history.fs.cleaner.maxNum
    history.fs.driverlog.cleaner.enabled history.fs.driverlog.cleaner.interval history.fs.driverlog.cleaner.maxAge
    history.fs.endEventReparseChunkSize history.fs.eventLog.rolling.compaction.score.threshold
    history.fs.eventLog.rolling.maxFilesToRetain history.fs.inProgressOptimization.enabled history.fs.logDirectory
    history.fs.numReplayThreads history.fs.safemodeCheck.interval history.fs.update.batchSize
    history.fs.update.interval history.kerberos.enabled history.kerberos.keytab history.kerberos.principal
    history.provider history.retainedApplications history.store.hybridStore.diskBackend
    history.store.hybridStore.enabled history.store.hybridStore.maxMemoryUsage history.store.maxDiskUsage
    history.store.path history.store.serializer history.ui.acls.enable history.ui.admin.acls
    history.ui.admin.acls.groups history.ui.maxApplications history.ui.port history.ui.title`,
  metrics: `
    appStateStore.asyncTracking.enable appStatusStore.diskStoreDir driver.log.allowErasureCoding driver.log.dfsDir
    driver.log.layout driver.log.localDir driver.log.persistToDfs.enabled executor.metrics.fileSystemSchemes
    executor.metrics.pollingInterval executor.processTreeMetrics.enabled log.callerContext
    log.legacyTaskNameMdc.enabled metrics.appStatusSource.enabled metrics.conf metrics.executorMetricsSource.enabled
    metrics.namespace metrics.staticSources.enabled plugins`,
  ui: `
    ui.custom.executor.log.url ui.dagGraph.retainedRootRDDs ui.enabled ui.groupSQLSubExecutionEnabled
    ui.liveUpdate.minFlushPeriod ui.liveUpdate.period ui.port ui.prometheus.enabled
    ui.retainedDeadExecutors ui.retainedJobs ui.retainedStages
    ui.retainedTasks ui.store.path
    ui.timeline.executors.maximum ui.timeline.jobs.maximum ui.timeline.stages.maximum ui.timeline.tasks.maximum
    ui.timelineEnabled`,
  pages: `
    admin.acls.groups modify.acls.groups ui.proxyRedirectUri ui.view.acls.groups user.groups.mapping`,
  standaloneTls: '',
  kerberos: `
    kerberos.access.hadoopFileSystems kerberos.keytab kerberos.principal kerberos.relogin.period
    kerberos.renewal.credentials security.credentials.renewalRatio security.credentials.retryWait`,
  allocation: `
    decommission.enabled dynamicAllocation.cachedExecutorIdleTimeout dynamicAllocation.enabled
    dynamicAllocation.executorAllocationRatio dynamicAllocation.executorIdleTimeout
    dynamicAllocation.initialExecutors dynamicAllocation.maxExecutors dynamicAllocation.minExecutors
    dynamicAllocation.schedulerBacklogTimeout dynamicAllocation.shuffleTracking.enabled
    dynamicAllocation.shuffleTracking.timeout dynamicAllocation.sustainedSchedulerBacklogTimeout
    dynamicAllocation.testing excludeOnFailure.killExcludedExecutors.decommission
    executor.decommission.forceKillTimeout executor.decommission.killInterval executor.decommission.signal
    executor.failuresValidityInterval scheduler.maxRetainedRemovedDecommissionExecutors
    scheduler.maxRetainedUnknownDecommissionExecutors stage.ignoreDecommissionFetchFailure
    storage.decommission.enabled storage.decommission.fallbackStorage.cleanUp
    storage.decommission.fallbackStorage.path storage.decommission.maxReplicationFailuresPerBlock
    storage.decommission.rddBlocks.enabled storage.decommission.replicationReattemptInterval
    storage.decommission.shuffleBlocks.enabled storage.decommission.shuffleBlocks.maxDiskSize
    storage.decommission.shuffleBlocks.maxThreads`,
  service: `
    shuffle.push.enabled shuffle.push.finalize.timeout shuffle.push.maxBlockBatchSize
    shuffle.push.maxBlockSizeToPush shuffle.push.maxRetainedMergerLocations shuffle.push.merge.finalizeThreads
    shuffle.push.mergersMinStaticThreshold shuffle.push.mergersMinThresholdRatio shuffle.push.minCompletedPushRatio
    shuffle.push.minShuffleSizeToWait shuffle.push.numPushThreads shuffle.push.results.timeout
    shuffle.push.sendFinalizeRPCThreads shuffle.push.server.mergedIndexCacheSize
    shuffle.push.server.mergedShuffleFileManagerImpl shuffle.push.server.minChunkSizeInMergedShuffleFile
    shuffle.registration.maxAttempts shuffle.registration.timeout shuffle.service.db.backend
    shuffle.service.db.enabled shuffle.service.enabled shuffle.service.fetch.rdd.enabled
    shuffle.service.index.cache.size shuffle.service.name shuffle.service.port shuffle.service.removeShuffle
    shuffle.useOldFetchProtocol storage.localDiskByExecutors.cacheSize`,
  resources: `
    driver.memoryOverhead driver.memoryOverheadFactor driver.minMemoryOverhead driver.resourcesFile
    executor.memoryOverhead executor.memoryOverheadFactor executor.minMemoryOverhead resources.discoveryPlugin
    resources.warnings.testing scheduler.resource.profileMergeConflicts`,
  encryption: `
    authenticate.enableSaslEncryption authenticate.secret.driver.file authenticate.secret.executor.file
    io.crypto.cipher.transformation io.encryption.enabled io.encryption.keySizeBits io.encryption.keygen.algorithm
    network.crypto.authEngineVersion network.crypto.saslFallback network.sasl.serverAlwaysEncrypt`,
  onePort: `
    driver.blockManager.port`,
  speculation: `
    speculation.efficiency.enabled speculation.efficiency.longRunTaskFactor
    speculation.efficiency.processRateMultiplier speculation.task.duration.threshold`,
  internal: `
    app.attempt.id barrier.sync.timeout block.failures.beforeLocationRefresh buffer.pageSize
    buffer.write.chunkSize diskStore.subDirectories
    driver.timeout excludeOnFailure.application.enabled
    excludeOnFailure.application.fetchFailure.enabled excludeOnFailure.killExcludedExecutors
    excludeOnFailure.taskAndStage.enabled executor.allowSparkContext executor.heartbeat.dropZeroAccumulatorUpdates
    executor.syncLogLevel.enabled files.fetchFailure.unRegisterOutputOnHost files.io.connectionCreationTimeout
    files.io.connectionTimeout files.useFetchCache hadoop.mapreduce.fileoutputcommitter.algorithm.version
    hadoopRDD.ignoreEmptySplits io.compression.lz4.blockSize io.compression.lzf.parallel.enabled
    io.compression.snappy.blockSize io.compression.zstd.bufferPool.enabled io.compression.zstd.bufferSize
    io.compression.zstd.workers io.warning.largeFileThreshold locality.wait.legacyResetOnTaskLaunch
    rdd.cache.visibilityTracking.enabled rdd.checkpoint.cachePreferredLocsExpireTime rdd.parallelListingThreshold
    redaction.string.regex reducer.maxBlocksInFlightPerAddress rpc.connect.threads rpc.io.backLog
    rpc.io.connectionCreationTimeout rpc.io.connectionTimeout rpc.io.numConnectionsPerPeer rpc.io.threads
    scheduler.barrier.maxConcurrentTasksCheck.interval scheduler.barrier.maxConcurrentTasksCheck.maxFailures
    scheduler.dropTaskInfoAccumulablesOnTaskCompletion.enabled
    scheduler.excludeOnFailure.unschedulableTaskSetTimeout scheduler.executorTaskExcludeOnFailureTime
    scheduler.listenerbus.eventqueue.appStatus.capacity scheduler.listenerbus.eventqueue.eventLog.capacity
    scheduler.listenerbus.eventqueue.executorManagement.capacity scheduler.listenerbus.eventqueue.shared.capacity
    scheduler.listenerbus.eventqueue.streams.capacity scheduler.listenerbus.exitTimeout
    scheduler.listenerbus.logSlowEvent scheduler.listenerbus.logSlowEvent.threshold
    scheduler.listenerbus.metrics.maxListenerClassesTimed scheduler.numCancelledJobGroupsToTrack
    scheduler.stage.legacyAbortAfterKillTasks shuffle.accurateBlockSkewedFactor shuffle.accurateBlockThreshold
    shuffle.checksum.algorithm shuffle.detectCorrupt shuffle.detectCorrupt.useExtraMemory shuffle.file.merge.buffer
    shuffle.io.backLog shuffle.io.connectionCreationTimeout shuffle.io.connectionTimeout
    shuffle.io.numConnectionsPerPeer shuffle.localDisk.file.output.buffer shuffle.manager
    shuffle.mapOutput.dispatcher.numThreads shuffle.mapOutput.minSizeForBroadcast
    shuffle.mapOutput.parallelAggregationThreshold shuffle.mapStatus.compression.codec
    shuffle.maxAccurateSkewedBlockNumber shuffle.maxAttemptsOnNettyOOM shuffle.maxChunksBeingTransferred
    shuffle.minNumPartitionsToHighlyCompress shuffle.reduceLocality.enabled shuffle.sort.bypassMergeThreshold
    shuffle.sort.initialBufferSize shuffle.sort.io.plugin.class shuffle.sort.useRadixSort shuffle.spill.batchSize
    shuffle.spill.diskWriteBufferSize shuffle.spill.initialMemoryThreshold
    shuffle.spill.numElementsForceSpillThreshold shuffle.sync shutdown.timeout
    storage.blockManagerHeartbeatTimeoutMs storage.blockManagerMasterDriverHeartbeatTimeoutMs
    storage.blockManagerTimeoutIntervalMs storage.cachedPeersTtl
    storage.exceptionOnPinLeak storage.maxReplicationFailures storage.replication.policy
    storage.replication.topologyFile storage.replication.topologyMapper storage.unrollMemoryCheckPeriod
    storage.unrollMemoryGrowthFactor storage.unrollMemoryThreshold taskMetrics.trackUpdatedBlockStatuses`,
}

/** Families of which Firesteel supports no member, so that even a name not listed above is known. */
const unsupportedFamilies: readonly (readonly [string, Reason])[] = [
  ['spark.sql.', 'sql'],
  ['spark.catalog.', 'sql'],
  ['spark.streaming.', 'sql'],
  ['spark.connect.', 'sql'],
  ['spark.kubernetes.', 'kubernetes'],
  ['spark.yarn.', 'yarn'],
  ['spark.mesos.', 'mesos'],
  ['spark.metrics.conf.', 'metrics'],
  ['spark.security.credentials.', 'kerberos'],
  ['spark.ssl.ui.', 'ui'],
  ['spark.ssl.historyServer.', 'history'],
  ['spark.ssl.standalone.', 'standaloneTls'],
  ['spark.network.crypto.config.', 'encryption'],
  ['spark.io.encryption.commons.config.', 'encryption'],
]

/** Families whose members the user names: environment variables, settings of file systems. */
const openFamilies = [
  'spark.executorEnv.',
  'spark.hadoop.',
  'spark.worker.resource.',
  'spark.driver.resource.',
  'spark.executor.resource.',
  'spark.task.resource.',
]

/** Whether any name with this beginning is right. */
export function isFamily(key: string): boolean {
  return openFamilies.some((prefix) => key.startsWith(prefix))
}

let byKey: Map<string, Reason> | undefined

function index(): Map<string, Reason> {
  byKey ??= new Map(
    (Object.keys(keysByReason) as Reason[]).flatMap((reason) =>
      keysByReason[reason]
        .split(/\s+/)
        .filter(Boolean)
        .map((name): [string, Reason] => [`spark.${name}`, reason]),
    ),
  )
  return byKey
}

/** All keys of Spark that Firesteel does not read. */
export function sparkKeys(): Iterable<string> {
  return index().keys()
}

/** The keys without effect, by the reason; for the page of settings. */
export function withoutEffect(): { readonly reason: string; readonly keys: readonly string[] }[] {
  return (Object.keys(reasons) as Reason[])
    .map((reason) => ({
      reason: reasons[reason],
      keys: [...index()].filter(([, why]) => why === reason).map(([key]) => key),
    }))
    .filter(({ keys }) => keys.length > 0)
}

/** The reason why a key of Spark has no effect; undefined for a key that Spark does not know either. */
export function whyWithoutEffect(key: string): string | undefined {
  const reason = index().get(key) ?? unsupportedFamilies.find(([prefix]) => key.startsWith(prefix))?.[1]
  return reason === undefined ? undefined : reasons[reason]
}
