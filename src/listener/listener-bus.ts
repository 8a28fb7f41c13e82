import type { SparkListenerEvent } from './events.js'

type EventOf<Type extends SparkListenerEvent['type']> = Extract<SparkListenerEvent, { type: Type }>

/** Methods are called after the fact, in order, in the driver; what they throw is logged and does no harm. All are optional. */
export interface SparkListener {
  onApplicationStart?(event: EventOf<'applicationStart'>): void
  onApplicationEnd?(event: EventOf<'applicationEnd'>): void
  onJobStart?(event: EventOf<'jobStart'>): void
  onJobEnd?(event: EventOf<'jobEnd'>): void
  onStageSubmitted?(event: EventOf<'stageSubmitted'>): void
  onStageCompleted?(event: EventOf<'stageCompleted'>): void
  onTaskStart?(event: EventOf<'taskStart'>): void
  onTaskEnd?(event: EventOf<'taskEnd'>): void
  onExecutorAdded?(event: EventOf<'executorAdded'>): void
  onExecutorRemoved?(event: EventOf<'executorRemoved'>): void
  onExecutorMetricsUpdate?(event: EventOf<'executorMetricsUpdate'>): void
  onBlockUpdated?(event: EventOf<'blockUpdated'>): void
  onUnpersistRdd?(event: EventOf<'unpersistRdd'>): void
  /** Every event. */
  onEvent?(event: SparkListenerEvent): void
}

const methods = {
  applicationStart: 'onApplicationStart',
  applicationEnd: 'onApplicationEnd',
  jobStart: 'onJobStart',
  jobEnd: 'onJobEnd',
  stageSubmitted: 'onStageSubmitted',
  stageCompleted: 'onStageCompleted',
  taskStart: 'onTaskStart',
  taskEnd: 'onTaskEnd',
  executorAdded: 'onExecutorAdded',
  executorRemoved: 'onExecutorRemoved',
  executorMetricsUpdate: 'onExecutorMetricsUpdate',
  blockUpdated: 'onBlockUpdated',
  unpersistRdd: 'onUnpersistRdd',
} as const satisfies Record<SparkListenerEvent['type'], keyof SparkListener>

/** Hands events to listeners. Building an event is left out while nobody listens: most applications have no listener. */
export class ListenerBus {
  readonly #listeners = new Set<SparkListener>()
  readonly #onError: (error: unknown, listener: SparkListener) => void

  constructor(onError: (error: unknown, listener: SparkListener) => void) {
    this.#onError = onError
  }

  get isListening(): boolean {
    return this.#listeners.size > 0
  }

  add(listener: SparkListener): void {
    this.#listeners.add(listener)
  }

  remove(listener: SparkListener): void {
    this.#listeners.delete(listener)
  }

  /** `make` is called only when somebody listens. */
  post(make: () => SparkListenerEvent): void {
    if (this.#listeners.size === 0) return
    const event = make()
    for (const listener of this.#listeners) {
      try {
        listener.onEvent?.(event)
        const method = listener[methods[event.type]] as ((event: SparkListenerEvent) => void) | undefined
        method?.call(listener, event)
      } catch (error) {
        this.#onError(error, listener)
      }
    }
  }
}
