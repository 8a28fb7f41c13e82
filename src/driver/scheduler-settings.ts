import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  LOCALITY_WAIT_NODE,
  LOCALITY_WAIT_PROCESS,
  LOCALITY_WAIT_RACK,
  PENDING_TIMEOUT,
  SCHEDULER_ALLOCATION_FILE,
  SCHEDULER_MAX_REGISTERED_WAIT,
  SCHEDULER_MIN_REGISTERED_RATIO,
  SCHEDULER_MODE,
  type SparkConf,
  STAGE_MAX_CONSECUTIVE_ATTEMPTS,
  TASK_CPUS,
  TASK_MAX_FAILURES,
  TASK_QUEUE_AHEAD,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import {
  defaultLocalityWaits,
  type ExecutorProvider,
  type PoolsConfig,
  parseAllocationFile,
  type SchedulerOptions,
} from '../scheduler/index.js'

/**
 * Options of the scheduler from an application's settings.
 *
 * @throws FS_JOB_BAD_POOL_FILE when the file of pools is missing or malformed
 */
export function schedulerOptions(
  conf: SparkConf,
  provider: ExecutorProvider,
  environment: NodeJS.ProcessEnv,
): Partial<SchedulerOptions> {
  // As Spark's standalone mode, whoever starts executors need not wait for any of them unless told to.
  const ratio = conf.get(SCHEDULER_MIN_REGISTERED_RATIO) ?? 0
  return {
    maxTaskFailures: provider.maxTaskFailures ?? conf.get(TASK_MAX_FAILURES),
    maxConsecutiveStageAttempts: conf.get(STAGE_MAX_CONSECUTIVE_ATTEMPTS),
    taskCpus: conf.get(TASK_CPUS),
    queueAhead: conf.get(TASK_QUEUE_AHEAD),
    pools: poolsOf(conf, environment),
    starvationTimeoutMs: conf.get(PENDING_TIMEOUT) || Number.POSITIVE_INFINITY,
    minRegistered: {
      slots: Math.ceil(ratio * provider.expectedSlots),
      maxWaitMs: conf.get(SCHEDULER_MAX_REGISTERED_WAIT),
    },
    localityWaits: {
      slot: defaultLocalityWaits.slot,
      process: conf.get(LOCALITY_WAIT_PROCESS),
      node: conf.get(LOCALITY_WAIT_NODE),
      rack: conf.get(LOCALITY_WAIT_RACK),
    },
  }
}

function poolsOf(conf: SparkConf, environment: NodeJS.ProcessEnv): PoolsConfig {
  const mode = conf.get(SCHEDULER_MODE)
  const path = conf.get(SCHEDULER_ALLOCATION_FILE) ?? (mode === 'FAIR' ? customaryFile(environment) : undefined)
  return { mode, pools: path === undefined ? [] : parseAllocationFile(textOf(path), path) }
}

/** As in Spark, `fairscheduler.xml` beside `spark-defaults.conf` is taken when no other is named. */
function customaryFile({ SPARK_CONF_DIR: confDir, SPARK_HOME: home }: NodeJS.ProcessEnv): string | undefined {
  const folder = confDir || (home && join(home, 'conf'))
  const path = folder ? join(folder, 'fairscheduler.xml') : undefined
  return path !== undefined && existsSync(path) ? path : undefined
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new FiresteelError('FS_JOB_BAD_POOL_FILE', { path, problem: (cause as Error).message }, { cause })
  }
}
