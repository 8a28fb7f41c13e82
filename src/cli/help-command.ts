import { commands } from './commands.js'
import { print } from './print.js'

/** `firesteel help`: the list of commands. */
export async function helpCommand(): Promise<void> {
  const width = Math.max(...commands.map(({ usage }) => usage.length))
  const lines = commands.map(({ usage, doc }) => `  ${usage.padEnd(width)}  ${doc}`)
  print(['Usage: firesteel <command>', '', ...lines].join('\n'))
}
