import {
  EXECUTOR_LOGS_MAX_RETAINED,
  EXECUTOR_LOGS_MAX_SIZE,
  EXECUTOR_LOGS_ROLLING_ENABLE_COMPRESSION,
  EXECUTOR_LOGS_ROLLING_STRATEGY,
  EXECUTOR_LOGS_ROLLING_TIME_INTERVAL,
  type SparkConf,
} from '../../common/conf/index.js'

/** When the log of a process begins a new file, and what becomes of the old ones. */
export interface RollingPolicy {
  /** Bytes of one file; Infinity for no limit. */
  readonly maxBytes: number
  /** Milliseconds; Infinity for no limit. Intervals begin at multiples of it in local time, as days and hours do. */
  readonly intervalMs: number
  /** Old files that are kept; Infinity for all. */
  readonly retained: number
  /** Whether old files are gzipped. */
  readonly compress: boolean
}

export const neverRolls: RollingPolicy = {
  maxBytes: Infinity,
  intervalMs: Infinity,
  retained: Infinity,
  compress: false,
}

const intervals: Readonly<Record<string, number>> = { daily: 86_400_000, hourly: 3_600_000, minutely: 60_000 }
/** As in Spark: a smaller limit would be nothing but files. */
const leastBytes = 1000

export type RollingProblem = (problem: string) => void

/**
 * `spark.executor.logs.rolling.*` of an application. What cannot be used is reported and left out: an executor is not refused for it.
 */
export function rollingPolicy(conf: SparkConf, warn: RollingProblem): RollingPolicy {
  const kept = conf.get(EXECUTOR_LOGS_MAX_RETAINED)
  const rest = {
    retained: kept > 0 ? kept : Infinity,
    compress: conf.get(EXECUTOR_LOGS_ROLLING_ENABLE_COMPRESSION),
  }
  switch (conf.get(EXECUTOR_LOGS_ROLLING_STRATEGY)) {
    case 'size': {
      const maxBytes = conf.get(EXECUTOR_LOGS_MAX_SIZE)
      if (maxBytes >= leastBytes) return { ...rest, maxBytes, intervalMs: Infinity }
      warn(`${EXECUTOR_LOGS_MAX_SIZE.key} is ${maxBytes}, less than ${leastBytes}; the log does not roll`)
      return neverRolls
    }
    case 'time': {
      const text = conf.get(EXECUTOR_LOGS_ROLLING_TIME_INTERVAL).trim().toLowerCase()
      const intervalMs = intervals[text] ?? Number(text) * 1000
      if (intervalMs >= 1000) return { ...rest, maxBytes: Infinity, intervalMs }
      warn(`${EXECUTOR_LOGS_ROLLING_TIME_INTERVAL.key} '${text}' is none of daily, hourly, minutely or seconds`)
      return neverRolls
    }
    default:
      return neverRolls
  }
}

/**
 * When the interval ends that holds `now`.
 * @param zoneOffsetMs what local time is ahead of UTC
 */
export function endOfInterval(now: number, intervalMs: number, zoneOffsetMs: number): number {
  if (intervalMs === Infinity) return Infinity
  return (Math.floor((now + zoneOffsetMs) / intervalMs) + 1) * intervalMs - zoneOffsetMs
}
