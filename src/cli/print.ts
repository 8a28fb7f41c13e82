import type { FiresteelError } from '../common/errors/index.js'
import { terminal } from '../common/log/index.js'

/** Prints what a command was asked for. The one place besides the logger that writes to the console. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Prints a result at a prompt, below what the user has typed meanwhile. */
export function printResult(text: string): void {
  terminal().writeOutput(text)
}

/** Prints what is about a command rather than its result, clear of the progress line. */
export function printNote(text: string): void {
  terminal().writeLine(text)
}

/** Prints why a command was refused: the message and what to do, without a stack. */
export function printRefusal(error: FiresteelError): void {
  printNote(`firesteel: ${error.message}\n  ${error.hint}`)
}

/** The streams of a prompt on a terminal; undefined when either is none, as in a pipe. */
export function promptStreams(): { input: NodeJS.ReadStream; output: NodeJS.WriteStream } | undefined {
  const { stdin: input, stdout: output } = process
  return input.isTTY && output.isTTY ? { input, output } : undefined
}

/**
 * Lets a program run to its end when nobody reads its output any more, as in `firesteel submit app.ts | head`: what it prints from then on is
 * dropped, and there is no stack of EPIPE. Any other failure of the streams stays an error that nobody caught.
 */
export function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
