import { FiresteelError } from '../common/errors/index.js'
import { launchHook, nearest } from '../common/index.js'
import { commands } from './commands.js'
import { ignoreClosedOutput, printRefusal } from './print.js'
import { sparkEnvVariables } from './spark-env.js'

/** For what was opened before a command was refused. */
const closingMs = 200

/** Calls the command that the first word names. */
async function main([name = 'help', ...argv]: readonly string[]): Promise<void> {
  const command = commands.find((candidate) => candidate.name === name || candidate.aliases?.includes(name))
  if (command === undefined) {
    const names = commands.map((candidate) => candidate.name)
    throw new FiresteelError('FS_SUBMIT_COMMAND', { command: name, meant: nearest(name, names) })
  }
  await (await command.load())(argv)
}

ignoreClosedOutput()
try {
  Object.assign(process.env, sparkEnvVariables(process.env))
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof FiresteelError)) throw error
  printRefusal(error)
  launchHook()?.report({ state: 'FAILED', message: error.message })
  process.exitCode = 2
  // A daemon that could not open its second port has its first one open.
  setTimeout(() => process.exit(), closingMs).unref()
}
