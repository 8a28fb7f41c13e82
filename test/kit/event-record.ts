import type { SparkListener, SparkListenerEvent } from 'firesteel'

type EventOf<Type extends SparkListenerEvent['type']> = Extract<SparkListenerEvent, { type: Type }>

/** A listener that keeps every event, with views on what tests ask for. */
export class EventRecord {
  readonly events: SparkListenerEvent[] = []
  readonly listener: SparkListener = {
    onEvent: (event: SparkListenerEvent) => {
      this.events.push(event)
    },
  }

  all<Type extends SparkListenerEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type)
  }

  /** Causes and texts of the executors that were lost. */
  get losses(): { executorId: string; cause: string; reason: string; running: readonly number[] }[] {
    return this.all('executorRemoved').map(({ executorId, cause, reason, running }) => ({
      executorId,
      cause,
      reason,
      running,
    }))
  }

  /** Successful ends of tasks, by kind of stage. */
  successes(kind: 'map' | 'result'): EventOf<'taskEnd'>[] {
    const stages = new Map(this.all('stageSubmitted').map(({ stage }) => [stage.stageId, stage.kind]))
    return this.all('taskEnd').filter((end) => end.outcome === 'success' && stages.get(end.task.stageId) === kind)
  }

  outcomes(outcome: EventOf<'taskEnd'>['outcome']): EventOf<'taskEnd'>[] {
    return this.all('taskEnd').filter((end) => end.outcome === outcome)
  }
}
