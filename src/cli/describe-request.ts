import { describeSource, SparkConf } from '../common/conf/index.js'
import type { SubmitRequest } from './submit-arguments.js'

/** What `--verbose` prints: the application, then each setting with the place its value came from; secrets redacted. */
export function describeRequest(request: SubmitRequest): string {
  const facts = [
    ['application', request.application],
    ['arguments', request.args.join(' ')],
    ['class', request.className ?? ''],
    ['deploy mode', request.deployMode],
  ].filter(([, value]) => value !== '')
  const conf = new SparkConf(false).merge(request.conf)
  const settings = conf.redacted().map(([key, value]) => [key, value, describeSource(conf.sourceOf(key)!)])
  return ['Submitting', ...table(facts), 'Settings', ...table([['key', 'value', 'from'], ...settings])].join('\n')
}

/** Rows in columns as wide as their widest cell, indented. */
function table(rows: readonly (readonly (string | undefined)[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const widths = (rows[0] ?? []).map((_, column) => width(column))
  return rows.map((row) => `  ${row.map((cell = '', column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd())
}
