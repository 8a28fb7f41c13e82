import { FiresteelError } from '../../common/errors/index.js'

/** Of which a worker's id is made. */
export interface WorkerIdParts {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly host: string
  readonly port: number
}

const placeholder = /%(?:(\d+)\$)?(0?\d+)?([sd%])/g

/**
 * The id of a worker by `spark.worker.idPattern`: `%s`, `%s` and `%d` are the time (in this machine's time zone), the host and the port,
 * as in Java's format; `%2$s` names the second by its place.
 *
 * @throws FS_WORKER_ID_PATTERN
 */
export function workerId(pattern: string, { time, host, port }: WorkerIdParts): string {
  const fail = (problem: string) => new FiresteelError('FS_WORKER_ID_PATTERN', { pattern, problem })
  const values = [timeText(time), host.replaceAll(/[^A-Za-z0-9.-]/g, '_'), String(port)]
  let next = 0
  const id = pattern.replaceAll(placeholder, (text, place?: string, width?: string, kind?: string) => {
    if (kind === '%') return '%'
    const value = values[place === undefined ? next++ : Number(place) - 1]
    if (value === undefined) throw fail('it has more places than the three of time, host and port')
    if (kind === 'd' && !/^\d+$/.test(value)) throw fail(`${text} stands for a number, and '${value}' is none`)
    return width === undefined ? value : value.padStart(Number(width), width.startsWith('0') ? '0' : ' ')
  })
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(id)) throw fail(`'${id}' is not fit for the name of a file`)
  return id
}

const two = (n: number) => String(n).padStart(2, '0')

/** `yyyyMMddHHmmss`. */
function timeText(time: number): string {
  const at = new Date(time)
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  return `${day}${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`
}
