import { inspect } from 'node:util'
import { compileInput } from './compile-input.js'
import type { ShellScope } from './shell-scope.js'

/** Where a session shows what happened. */
export interface ShellOutput {
  /** A value as text, or an answer to a command. */
  readonly result: (text: string) => void
  /** A short text for values that would be long otherwise; undefined for the rest. */
  readonly describe?: (value: unknown) => string | undefined
  readonly error: (error: unknown) => void
}

/** What the prompt should say next. */
export type ShellState = 'ready' | 'more' | 'closed'

const inspectOptions = { depth: 3, maxArrayLength: 100, maxStringLength: 10_000 }

const help = `Type TypeScript; an input may have several lines. A promise is awaited before it is shown.
  sc, spark     the context and the session
  _             the last value; a line that begins with a dot continues from it
  :paste        takes lines until :end and runs them as one input
  :help, :quit  this text; the end
Ctrl-C cancels running jobs, or clears what was typed; Ctrl-D ends the shell.`

/** The inputs of a shell, line by line, without a terminal: what `firesteel shell` reads goes through here. */
export class ShellSession {
  readonly #scope: ShellScope
  readonly #output: ShellOutput
  #buffer: string[] = []
  #isPasting = false

  constructor(scope: ShellScope, output: ShellOutput) {
    this.#scope = scope
    this.#output = output
  }

  /** Takes one line; runs the input when it is whole. Never throws: errors are shown. */
  async line(text: string): Promise<ShellState> {
    if (this.#isPasting) return this.#paste(text)
    if (this.#buffer.length === 0) {
      const command = text.trim()
      if (command === '') return 'ready'
      if (command.startsWith(':')) return this.#command(command)
    }
    this.#buffer.push(text)
    return this.#run()
  }

  /** Forgets an input that is not whole. */
  clear(): void {
    this.#buffer = []
    this.#isPasting = false
  }

  /** The text of the input so far, if it is not whole. */
  get unfinished(): string {
    return this.#buffer.join('\n')
  }

  #command(command: string): ShellState {
    if (/^:(?:q|quit|exit)$/.test(command)) return 'closed'
    if (command === ':paste') {
      this.#isPasting = true
      return 'more'
    }
    this.#output.result(command === ':help' ? help : `${command} is not a command; :help lists them`)
    return 'ready'
  }

  async #paste(text: string): Promise<ShellState> {
    if (text.trim() !== ':end') {
      this.#buffer.push(text)
      return 'more'
    }
    this.#isPasting = false
    const state = await this.#run()
    if (state === 'more') this.#output.error(new SyntaxError('the pasted input is not whole'))
    this.clear()
    return 'ready'
  }

  async #run(): Promise<ShellState> {
    const text = this.unfinished
    const isContinued = /^\s*\??\.[A-Za-z_$]/.test(text) && this.#scope.names.has('_')
    const compiled = await compileInput(isContinued ? `_${text.trimStart()}` : text)
    if (compiled.kind === 'incomplete') return 'more'
    this.clear()
    if (compiled.kind === 'malformed') {
      this.#output.error(new SyntaxError(compiled.problem))
      return 'ready'
    }
    try {
      const value = await ((await this.#scope.run(compiled.code, compiled.names)) as unknown)
      if (value !== undefined) await this.#show(value)
    } catch (error) {
      this.#output.error(error)
    }
    return 'ready'
  }

  async #show(value: unknown): Promise<void> {
    await this.#scope.define('_', value)
    this.#output.result(this.#output.describe?.(value) ?? inspect(value, inspectOptions))
  }
}
