/** What a terminal needs of a stream; `process.stderr` has it. */
export interface TextStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const clearLine = '\r\x1b[2K'

/**
 * The one writer of a process to its console. Lines and the status line (a progress bar) never mix: the status line is wiped before a
 * line is written and drawn again after it. Without a terminal there is no status line.
 */
export class Terminal {
  readonly #stream: TextStream
  /** A second stream that may share the screen, such as stdout; its writes make room first. */
  readonly #neighbour: TextStream | undefined
  #status = ''
  #isDrawn = false
  #restoreNeighbour: (() => void) | undefined

  constructor(stream: TextStream, neighbour?: TextStream) {
    this.#stream = stream
    this.#neighbour = neighbour
  }

  /** Whether a status line can be shown. */
  get isInteractive(): boolean {
    return this.#stream.isTTY === true
  }

  /** Width of the screen in characters; 80 when unknown. */
  get columns(): number {
    return this.#stream.columns ?? 80
  }

  /** Writes a line, or several; a newline is added. */
  writeLine(text: string): void {
    this.#wipe()
    this.#stream.write(`${text}\n`)
    this.#draw()
  }

  /** Shows this in place of the last status; cut to the width of the screen. */
  showStatus(text: string): void {
    if (!this.isInteractive) return
    this.#guardNeighbour()
    this.#wipe()
    this.#status = text.slice(0, this.columns - 1)
    this.#draw()
  }

  /** Takes the status line away. */
  clearStatus(): void {
    this.#wipe()
    this.#status = ''
    this.#restoreNeighbour?.()
    this.#restoreNeighbour = undefined
  }

  #wipe(): void {
    if (this.#isDrawn) this.#stream.write(clearLine)
    this.#isDrawn = false
  }

  #draw(): void {
    if (this.#status === '') return
    this.#stream.write(this.#status)
    this.#isDrawn = true
  }

  /** While a status is shown, the neighbour's own writes wipe it first; the next `showStatus` draws it again. */
  #guardNeighbour(): void {
    const neighbour = this.#neighbour
    if (neighbour?.isTTY !== true || this.#restoreNeighbour !== undefined) return
    const write = neighbour.write
    neighbour.write = (...args: unknown[]) => {
      this.#wipe()
      return Reflect.apply(write, neighbour, args)
    }
    this.#restoreNeighbour = () => {
      neighbour.write = write
    }
  }
}

let shared: Terminal | undefined

/** The console of this process: stderr, so that a program's own output on stdout stays clean. Made when first needed. */
export function terminal(): Terminal {
  shared ??= new Terminal(process.stderr, process.stderr.isTTY ? (process.stdout as TextStream) : undefined)
  return shared
}
