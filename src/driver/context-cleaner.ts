import { collectGarbage } from '../common/index.js'
import { getLogger } from '../common/log/index.js'

/** What is left on executors and disks of an object that the program has let go of. */
export type Garbage =
  | { readonly kind: 'rdd'; readonly id: number }
  | { readonly kind: 'shuffle'; readonly id: number }
  | { readonly kind: 'broadcast'; readonly id: number }
  | { readonly kind: 'accumulator'; readonly id: number }
  | { readonly kind: 'checkpoint'; readonly directory: string }

type Kind = Garbage['kind']

/** Removes one piece of garbage; resolves when it is gone. */
export type Remover<K extends Kind> = (garbage: Extract<Garbage, { kind: K }>) => Promise<void> | void

export interface ContextCleanerOptions {
  readonly removers: { readonly [K in Kind]: Remover<K> }
  /** Whether to watch at all: `spark.cleaner.referenceTracking`. */
  readonly isOn: boolean
  /** Whether a removal is waited for before the next begins, by kind. */
  readonly isBlocking: (kind: Kind) => boolean
  /** Milliseconds between collections of garbage that are asked for: `spark.cleaner.periodicGC.interval`. */
  readonly gcIntervalMs: number
}

const log = getLogger('ContextCleaner')

/**
 * Removes cached blocks, shuffle files, broadcasts and the like once nothing in the driver refers to the object they belong to.
 * The garbage collector says when: so the record of what to remove names it by number, and nothing here, nor in any list of
 * jobs, stages or captured functions, may refer to the object itself.
 *
 * V8 collects its old generation when the heap has grown by some part, which a driver that only waits for executors never does,
 * while their disks fill up. So, as Spark does, garbage is also collected from time to time. It takes some ten milliseconds, and does not
 * need `--expose-gc`.
 */
export class ContextCleaner {
  readonly #options: ContextCleanerOptions
  readonly #registry: FinalizationRegistry<Garbage>
  readonly #queue: Garbage[] = []
  #timer: NodeJS.Timeout | undefined
  #work: Promise<void> | undefined
  #isStopped = false

  constructor(options: ContextCleanerOptions) {
    this.#options = options
    this.#registry = new FinalizationRegistry((garbage) => this.#found(garbage))
  }

  start(): void {
    if (!this.#options.isOn) return
    this.#timer = setInterval(collectGarbage, this.#options.gcIntervalMs)
    this.#timer.unref()
  }

  /** From now on, when nothing refers to `object` any more, `garbage` is removed. */
  watch(object: object, garbage: Garbage): void {
    if (this.#options.isOn) this.#registry.register(object, garbage)
  }

  /** Resolves when all that was noticed so far is gone. */
  async idle(): Promise<void> {
    await this.#work
  }

  stop(): void {
    this.#isStopped = true
    clearInterval(this.#timer)
    this.#queue.length = 0
  }

  #found(garbage: Garbage): void {
    if (this.#isStopped) return
    this.#queue.push(garbage)
    this.#work ??= this.#removeAll()
  }

  async #removeAll(): Promise<void> {
    await undefined // what is found in the same moment comes along
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const removal = this.#remove(next)
      if (this.#options.isBlocking(next.kind)) await removal
    }
    // In the same moment in which the queue is empty: what is found from then on begins a work of its own.
    this.#work = undefined
  }

  async #remove(garbage: Garbage): Promise<void> {
    const remove = this.#options.removers[garbage.kind] as Remover<Kind>
    try {
      await remove(garbage)
    } catch (error) {
      log.warn(`what is left of ${describe(garbage)} could not be removed`, { error })
    }
  }
}

function describe(garbage: Garbage): string {
  return garbage.kind === 'checkpoint' ? `checkpoint ${garbage.directory}` : `${garbage.kind} ${garbage.id}`
}
