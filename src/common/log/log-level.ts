const ranks = { ALL: 0, TRACE: 10, DEBUG: 20, INFO: 30, WARN: 40, ERROR: 50, FATAL: 60, OFF: 100 } as const

/** A threshold: records below it are dropped. */
export type LogLevel = keyof typeof ranks

/** How severe a record is. */
export type LogSeverity = Exclude<LogLevel, 'ALL' | 'OFF'>

/** Whether a record of this severity passes the threshold. */
export function passes(severity: LogSeverity, threshold: LogLevel): boolean {
  return ranks[severity] >= ranks[threshold]
}
