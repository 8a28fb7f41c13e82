/** Exit codes of an executor process, which tell its launcher what happened. */
export const executorExitCodes = {
  /** Asked to, by the driver or by a signal. */
  stopped: 0,
  /** The driver could not be dialled at the start. */
  driverUnreachable: 52,
  /** The connection to the driver broke. */
  driverLost: 53,
  /** It could not set itself up; its log says why. */
  failed: 54,
} as const
