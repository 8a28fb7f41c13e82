import { executorExitCodes } from './exit-codes.js'

/** Why an executor process ended, as its end tells by itself; the same shape as the scheduler's `ExecutorLossCause`. */
export interface ExitCause {
  readonly code: string
  readonly message: string
  readonly causedByApp: boolean
}

export interface ExitDetails {
  /** V8's last words said so. */
  readonly sawOutOfMemory?: boolean
  /** What the process said last of its trouble; the reader of the message sees its log unless it is given. */
  readonly said?: string
}

/** The cause that a process's end tells by itself. */
export function exitCause(
  code: number | null,
  signal: NodeJS.Signals | null,
  { sawOutOfMemory = false, said }: ExitDetails = {},
): ExitCause {
  if (sawOutOfMemory) {
    return {
      code: 'processOutOfMemory',
      message: 'its process ran out of heap memory and was ended by V8',
      causedByApp: true,
    }
  }
  if (signal !== null) {
    const hint = signal === 'SIGKILL' ? '; the kernel does this when memory runs out' : ''
    return { code: 'signal', message: `its process was ended by ${signal}${hint}`, causedByApp: true }
  }
  const words = said === undefined ? ', as it says above' : `: ${said}`
  switch (code) {
    case executorExitCodes.stopped:
      return {
        code: 'exitCode',
        message: 'its process was asked to stop (SIGTERM) by somebody else',
        causedByApp: true,
      }
    case executorExitCodes.driverUnreachable:
      return { code: 'network', message: `it could not reach the driver${words}`, causedByApp: false }
    case executorExitCodes.driverLost:
      return { code: 'network', message: 'its connection to the driver broke', causedByApp: false }
    case executorExitCodes.failed:
      return { code: 'exitCode', message: `it could not set itself up${words}`, causedByApp: false }
    default:
      return { code: 'exitCode', message: `its process ended with exit code ${code}`, causedByApp: true }
  }
}
