/** Takes what is written to standard error while it lasts: keeps test output quiet, and lines can be looked at. */
export class StderrRecord {
  #text = ''
  readonly #write = process.stderr.write

  constructor() {
    process.stderr.write = ((chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      this.#text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
      const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined
      if (done !== undefined) process.nextTick(done)
      return true
    }) as typeof process.stderr.write
  }

  get lines(): readonly string[] {
    return this.#text.split('\n').filter((line) => line !== '')
  }

  /** Lines that have a text in them. */
  linesWith(text: string): readonly string[] {
    return this.lines.filter((line) => line.includes(text))
  }

  /** Gives standard error back. */
  release(): void {
    process.stderr.write = this.#write
  }
}
