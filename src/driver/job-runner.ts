import { callSite } from '../closure/index.js'
import { SCHEDULER_POOL, type SparkConf } from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import type { JobRequest } from '../rdd/index.js'
import type { Checkpoints } from './checkpoints.js'
import { jobDescriptionProperty, jobGroupProperty, type LocalProperties } from './local-properties.js'
import type { SchedulerShell } from './scheduler-shell.js'
import { withUserStack } from './user-stack.js'

export interface JobRunnerOptions {
  readonly conf: SparkConf
  readonly properties: LocalProperties
  readonly shell: SchedulerShell
  readonly checkpoints: Checkpoints
}

/** Runs the jobs of actions under the properties of the code that called them. */
export class JobRunner {
  readonly #options: JobRunnerOptions
  readonly #refusedGroups = new Set<string>()

  constructor(options: JobRunnerOptions) {
    this.#options = options
  }

  /** Jobs of this group are refused from now on. */
  refuseGroup(group: string): void {
    this.#refusedGroups.add(group)
  }

  async run(request: JobRequest): Promise<void> {
    const { properties: local, shell, checkpoints } = this.#options
    const site = request.site ?? callSite(request.operation)
    const { tags } = local
    const properties = { ...this.#ownPool, ...local.all }
    const group = properties[jobGroupProperty]
    if (group !== undefined && this.#refusedGroups.has(group)) {
      throw new FiresteelError('FS_JOB_CANCELLED', {
        jobId: '(not started)',
        reason: `job group ${group} was cancelled with its future jobs`,
      })
    }
    try {
      await shell.run(request, {
        properties,
        tags,
        group,
        description: properties[jobDescriptionProperty] ?? site.short,
        callSite: site.short,
      })
      const ancestorsToo = properties['spark.checkpoint.checkpointAllMarkedAncestors'] === 'true'
      await checkpoints.afterJob(request.rdd, { site, ancestorsToo })
    } catch (error) {
      throw withUserStack(error, site)
    }
  }

  /** The pool of jobs that choose none, where the settings name one. */
  get #ownPool(): Readonly<Record<string, string>> {
    const { conf } = this.#options
    return conf.contains(SCHEDULER_POOL) ? { [SCHEDULER_POOL.key]: conf.get(SCHEDULER_POOL) } : {}
  }
}
