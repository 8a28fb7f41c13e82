import type { TaskSchedulerOptions } from '../options.js'
import type { PendingReason } from '../pending-reason.js'
import type { TaskSchedulerEffect, TaskSchedulerEvent } from './task-scheduler-messages.js'

export class TaskScheduler {
  constructor(_options: TaskSchedulerOptions) {}

  handle(_event: TaskSchedulerEvent, _now: number): TaskSchedulerEffect[] {
    return []
  }

  pendingReasons(_now: number): PendingReason[] {
    return []
  }

  assertEmpty(): void {}
}
