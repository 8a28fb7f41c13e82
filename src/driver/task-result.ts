import type { WireError } from '../common/errors/index.js'
import { type ExecutorId, type ShuffleId, taskId } from '../common/index.js'
import type { TaskStatusMessage } from '../executor/index.js'
import type { ReportedOutcome } from '../scheduler/index.js'
import { decodeBatch } from '../serializer/index.js'
import type { RegisteredExecutor } from './executor-backend.js'

/** The value of a successful task as it passes through the scheduler: still encoded. */
export interface RawResult {
  readonly status: TaskStatusMessage
  readonly attachments: readonly Uint8Array[]
}

/** Fetches a result that its executor holds ready, in pieces. */
export async function fetchStored(
  executor: RegisteredExecutor,
  status: TaskStatusMessage,
  updates: readonly Uint8Array[],
): Promise<RawResult> {
  const outcome = status.outcome as Extract<TaskStatusMessage['outcome'], { kind: 'stored' }>
  const arrays: Uint8Array[] = []
  let pieces: Uint8Array[] = []
  const stream = executor.peer.askStream(
    'executor',
    'result',
    { body: { taskId: status.taskId } },
    { timeoutMs: 60_000 },
  )
  for await (const message of stream) {
    pieces.push(...(message.attachments ?? []))
    if ((message.body as { last: boolean }).last) {
      arrays.push(pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces))
      pieces = []
    }
  }
  const kind =
    outcome.of === 'value'
      ? ({ kind: 'value' } as const)
      : ({ kind: 'batches', records: outcome.records, count: arrays.length } as const)
  return { status: { ...status, outcome: kind }, attachments: [...arrays, ...updates] }
}

/** The end of a task in the scheduler's words. */
export function reported(status: TaskStatusMessage, attachments: readonly Uint8Array[]): ReportedOutcome {
  const { outcome } = status
  switch (outcome.kind) {
    case 'failed':
      return { type: 'failed', error: outcome.error, isFinal: isFinal(outcome.error) }
    case 'killed':
      return { type: 'killed', reason: outcome.reason }
    case 'fetchFailed':
      return {
        type: 'fetchFailed',
        shuffleId: outcome.shuffleId as ShuffleId,
        mapPartition: outcome.mapPartition,
        mapTaskId: outcome.mapTaskId === undefined ? undefined : taskId(outcome.mapTaskId),
        executorId: outcome.executorId as ExecutorId | undefined,
        reducePartition: outcome.reducePartition,
        scope: outcome.scope,
        message: outcome.error.message,
      }
    case 'shuffle':
      return {
        type: 'success',
        value: { status, attachments },
        // A copy: what came is part of a whole message, which would stay for as long as this does.
        output: Buffer.from(attachments[0] as Uint8Array),
      }
    default:
      return { type: 'success', value: { status, attachments } }
  }
}

/** What cannot be encoded or is too large to be told would be so again. */
function isFinal({ code }: WireError): boolean {
  return code === 'FS_SERIALIZER_UNSUPPORTED' || code === 'FS_SERIALIZER_CLASS' || code === 'FS_RPC_MESSAGE_TOO_LARGE'
}

/** A result that could not be fetched is a failure of its task. */
export function failedFetch(error: unknown): ReportedOutcome {
  const wire: WireError = {
    name: 'Error',
    message: `the result could not be fetched: ${error instanceof Error ? error.message : String(error)}`,
  }
  return { type: 'failed', error: wire }
}

/** The records of encoded batches, in order. */
export function recordsOf(batches: readonly Uint8Array[]): unknown[] {
  if (batches.length === 1) return decodeBatch(batches[0] as Uint8Array)
  const all: unknown[] = []
  for (const batch of batches) for (const record of decodeBatch(batch)) all.push(record)
  return all
}
