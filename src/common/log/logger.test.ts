import { afterEach, expect, test } from 'vitest'
import { FiresteelError } from '../errors/index.js'
import { formatAsJson, formatForPeople, type LogRecord } from './log-record.js'
import { configureLogging, getLogger, logLevel, setLogLevel, writeLogRecord } from './logger.js'

afterEach(() => configureLogging({}))

function capture(level: 'ALL' | 'WARN'): LogRecord[] {
  const records: LogRecord[] = []
  configureLogging({ level, sink: (record) => records.push(record) })
  return records
}

test('is quiet below warnings unless told otherwise', () => {
  expect(logLevel()).toBe('WARN')
  const records = capture('WARN')
  const log = getLogger('Part')
  log.info('dropped')
  log.warn('kept', { stage: 3 })
  expect(records).toMatchObject([{ severity: 'WARN', logger: 'Part', message: 'kept', details: { stage: 3 } }])
  setLogLevel('OFF')
  log.fatal('dropped')
  expect(records).toHaveLength(1)
  expect(log.isEnabled('FATAL')).toBe(false)
})

test('passes on records that were made elsewhere, under the same threshold', () => {
  const records = capture('WARN')
  writeLogRecord({ time: 0, severity: 'ERROR', logger: 'Remote', message: 'kept' })
  writeLogRecord({ time: 0, severity: 'DEBUG', logger: 'Remote', message: 'dropped' })
  expect(records.map(({ message }) => message)).toEqual(['kept'])
})

const time = new Date(2026, 10, 23, 21, 54, 0).getTime()

test('writes one line for people, with the stack, hint and causes of an error below', () => {
  const record: LogRecord = { time, severity: 'WARN', logger: 'TaskSetManager', message: 'task 3.0 failed' }
  expect(formatForPeople(record)).toBe('26/11/23 21:54:00 WARN TaskSetManager: task 3.0 failed')
  const error = new FiresteelError('FS_CONF_KEY', { key: 'x' }, { cause: new TypeError('inner') })
  const text = formatForPeople({ ...record, details: { error } })
  expect(text).toMatch(/^26.*failed\n.*\[FS_CONF_KEY\].*\n\s+at /)
  expect(text).toMatch(/hint: A setting has[^\n]*\nCaused by: TypeError: inner\n/)
})

test('writes one JSON object for machines', () => {
  const record: LogRecord = {
    time,
    severity: 'ERROR',
    logger: 'Part',
    message: 'a\nb',
    details: { size: 5n, error: 'x' },
  }
  expect(JSON.parse(formatAsJson(record))).toEqual({
    ts: new Date(time).toISOString(),
    level: 'ERROR',
    msg: 'a\nb',
    context: { size: '5' },
    exception: { class: 'string', msg: 'x' },
    logger: 'Part',
  })
  expect(formatAsJson(record)).not.toContain('\n')
})
