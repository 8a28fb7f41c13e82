import { StringDecoder } from 'node:string_decoder'

const mostLines = 10
const mostCharacters = 2000

/** The last lines of what a process writes, for the message about its end. */
export class LastLines {
  readonly #decoder = new StringDecoder('utf8')
  readonly #lines: string[] = []
  #rest = ''
  /** V8 said that it is out of memory. */
  sawOutOfMemory = false
  #lastProblem: string | undefined
  #isAfterProblem = false

  write(bytes: Uint8Array): void {
    const text = this.#rest + this.#decoder.write(bytes as Buffer)
    const lines = text.split('\n')
    this.#rest = (lines.pop() ?? '').slice(-mostCharacters)
    for (const line of lines) this.#add(line)
  }

  /** At most ten lines and two thousand characters; empty when nothing was written. */
  get text(): string {
    const lines = this.#rest.trim() === '' ? this.#lines : [...this.#lines, this.#rest]
    const text = lines.slice(-mostLines).join('\n').trim()
    return text.length <= mostCharacters ? text : `…${text.slice(-mostCharacters)}`
  }

  /** The last error that was logged, without time and logger, in either form of the log; and the first line of what is below it. */
  get lastProblem(): string | undefined {
    return this.#lastProblem
  }

  #add(line: string): void {
    if (line.includes('heap out of memory')) this.sawOutOfMemory = true
    const isCause = this.#isAfterProblem && /^(?:\w+Error|Uncaught .*?): /.test(line)
    if (isCause) this.#lastProblem += `: ${line.slice(0, mostCharacters)}`
    const problem = loggedProblem(line)
    this.#isAfterProblem = problem !== undefined
    this.#lastProblem = problem ?? this.#lastProblem
    if (line.trim() === '') return
    this.#lines.push(line.slice(0, mostCharacters))
    if (this.#lines.length > mostLines) this.#lines.shift()
  }
}

/** The message of a line that the logger wrote for an error. */
function loggedProblem(line: string): string | undefined {
  const plain = /^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d (?:ERROR|FATAL) \w+: (.*)$/.exec(line)?.[1]
  if (plain !== undefined) return plain
  if (!line.startsWith('{"ts":')) return undefined
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown }
    return (level === 'ERROR' || level === 'FATAL') && typeof msg === 'string' ? msg : undefined
  } catch {
    return undefined
  }
}
