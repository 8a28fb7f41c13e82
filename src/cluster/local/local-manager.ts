import { availableParallelism } from 'node:os'
import { DRIVER_MEMORY, EXECUTOR_MEMORY, type SparkConf } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { executorId } from '../../common/index.js'
import type { ClusterManager, ExecutorProvider, ManagerContext } from '../../scheduler/index.js'

/** `local`, `local[N]`, `local[*]`, `local[N,F]`: one executor in the driver's own process, its slots are threads. */
export const localManager: ClusterManager = {
  name: 'local',
  claims: (url) => url === 'local' || url.startsWith('local['),
  create: (context) => new LocalProvider(context),
}

/** The parts of a local master URL: threads, and how often a task may fail. */
export function parseLocalUrl(url: string): { slots: number; maxFailures: number } {
  if (url === 'local') return { slots: 1, maxFailures: 1 }
  const match = /^local\[\s*(\*|[0-9]+)\s*(?:,\s*([0-9]+)\s*)?\]$/.exec(url)
  const slots = match?.[1] === '*' ? availableParallelism() : Number(match?.[1])
  const maxFailures = match?.[2] === undefined ? 1 : Number(match[2])
  if (match === null || slots < 1 || maxFailures < 1) throw new FiresteelError('FS_CONTEXT_MASTER_URL', { url })
  return { slots, maxFailures }
}

class LocalProvider implements ExecutorProvider {
  readonly needsNetwork = false
  readonly expectedSlots: number
  readonly maxTaskFailures: number
  readonly #context: ManagerContext
  #executor: { stop(): Promise<void> } | undefined

  constructor(context: ManagerContext) {
    const { slots, maxFailures } = parseLocalUrl(context.masterUrl)
    this.#context = context
    this.expectedSlots = slots
    this.maxTaskFailures = maxFailures
  }

  async start(): Promise<void> {
    this.#executor = await this.#context.startInProcess({
      executorId: executorId('driver'),
      slots: this.expectedSlots,
      memoryBytes: localMemory(this.#context.conf),
    })
  }

  /** The executor is the driver's own process: there is nothing to end. */
  kill(): void {}

  async stop(): Promise<void> {
    await this.#executor?.stop()
  }
}

/** As in Spark, driver and executor are one process here: the driver's memory counts where it is set. */
function localMemory(conf: SparkConf): number {
  return conf.contains(DRIVER_MEMORY) ? conf.get(DRIVER_MEMORY) : conf.get(EXECUTOR_MEMORY)
}
