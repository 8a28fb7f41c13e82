/** What a terminal needs of a stream; `process.stderr` has it. */
export interface TextStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const clearLine = '\r\x1b[2K'

/** Codes that move the cursor or colour what follows: they write nothing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they begin with
const controlCodes = /\x1b\[[0-9;?]*[A-Za-z]/g

/**
 * The one writer of a process to its console. Lines and the status line (a progress bar) never mix: the status line is wiped before a
 * line is written and drawn again after it. Without a terminal there is no status line.
 */
export class Terminal {
  readonly #stream: TextStream
  /** The stream of the program's output, which may share the screen. */
  readonly #neighbour: TextStream | undefined
  #status = ''
  #isDrawn = false
  /** Whether the program, or the user at a prompt, has begun a line: it is not overwritten. */
  #isMidLine = false
  /** Writes to the stream itself while the program's writes are watched. */
  #write: ((text: string) => void) | undefined
  #unwatch: (() => void) | undefined

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

  /** From now on, what the program writes by itself makes room for itself; until `unwatch`. */
  watch(): void {
    if (!this.isInteractive || this.#unwatch !== undefined) return
    const { write } = this.#stream
    this.#write = (text) => Reflect.apply(write, this.#stream, [text])
    const streams = this.#neighbour?.isTTY ? [this.#stream, this.#neighbour] : [this.#stream]
    const restore = streams.map((stream) => this.#guard(stream))
    this.#unwatch = () => {
      for (const undo of restore) undo()
    }
  }

  unwatch(): void {
    this.clearStatus()
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#write = undefined
    this.#isMidLine = false
  }

  /** Writes a line, or several; a newline is added. */
  writeLine(text: string): void {
    this.#wipe()
    this.#put(this.#isMidLine ? `\n${text}\n` : `${text}\n`)
    this.#isMidLine = false
    this.#draw()
  }

  /** Writes a line of output, as the program would, but below a line that was begun. */
  writeOutput(line: string): void {
    const stream = this.#neighbour ?? this.#stream
    stream.write(this.#isMidLine ? `\n${line}\n` : `${line}\n`)
  }

  /** Shows this in place of the last status; cut to the width of the screen. */
  showStatus(text: string): void {
    if (!this.isInteractive) return
    this.#wipe()
    this.#status = text.slice(0, this.columns - 1)
    this.#draw()
  }

  /** Takes the status line away. */
  clearStatus(): void {
    this.#wipe()
    this.#status = ''
  }

  #wipe(): void {
    if (this.#isDrawn) this.#put(clearLine)
    this.#isDrawn = false
  }

  #draw(): void {
    if (this.#status === '' || this.#isMidLine) return
    this.#put(this.#status)
    this.#isDrawn = true
  }

  #put(text: string): void {
    if (this.#write === undefined) this.#stream.write(text)
    else this.#write(text)
  }

  /** A stream's writes wipe the status first; the next `showStatus` draws it again, once the line is ended. Returns what undoes it. */
  #guard(stream: TextStream): () => void {
    const { write } = stream
    stream.write = (...args: unknown[]) => {
      this.#wipe()
      const text = typeof args[0] === 'string' ? args[0] : new TextDecoder().decode(args[0] as Uint8Array)
      const visible = text.replace(controlCodes, '')
      if (visible !== '') this.#isMidLine = !visible.endsWith('\n')
      return Reflect.apply(write, stream, args)
    }
    return () => {
      stream.write = write
    }
  }
}

let shared: Terminal | undefined

/** The console of this process: stderr, so that a program's own output on stdout stays clean. Made when first needed. */
export function terminal(): Terminal {
  shared ??= new Terminal(process.stderr, process.stdout as TextStream)
  return shared
}
