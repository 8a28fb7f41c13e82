import type { DagSchedulerOptions } from '../options.js'
import type { PendingReason } from '../pending-reason.js'
import type { DagEffect, DagEvent } from './dag-messages.js'
import { MapOutputTracker } from './map-output-tracker.js'

export class DagScheduler {
  readonly mapOutputs = new MapOutputTracker()

  constructor(_options: DagSchedulerOptions) {}

  handle(_event: DagEvent, _now: number): DagEffect[] {
    return []
  }

  pendingReasons(): PendingReason[] {
    return []
  }

  assertEmpty(): void {}
}
