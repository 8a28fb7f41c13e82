import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { FiresteelError } from '../common/errors/index.js'
import { nearest, packageRoot } from '../common/index.js'
import { parseFlags } from './parse-flags.js'
import { print } from './print.js'
import { submitCommand } from './submit-command.js'

/** `firesteel run-example [flags] <name> [arguments]`: submits a program of the examples folder; without a name, lists them. */
export async function runExampleCommand(argv: readonly string[]): Promise<void> {
  const { application, args, flags } = parseFlags(argv, 'run-example')
  const isAboutCommand = flags.some(({ flag }) => flag.name === '--help' || flag.name === '--version')
  if (isAboutCommand) return submitCommand(argv)
  if (application === undefined) return print(listExamples())
  const given = argv.slice(0, argv.length - args.length - 1)
  await submitCommand([...given, '--', findExample(application), ...args])
}

const folder = () => join(packageRoot(), 'examples')

function exampleNames(): string[] {
  if (!existsSync(folder())) return []
  const files = readdirSync(folder()).filter((file) => file.endsWith('.ts'))
  return files.map((file) => file.slice(0, -'.ts'.length)).sort()
}

function listExamples(): string {
  return [
    'Usage: run-example [flags of spark-submit] <name> [arguments]',
    '',
    ...exampleNames().map((name) => `  ${name}`),
  ].join('\n')
}

/** Names may be written as Spark's classes are: `WordCount`, `SparkPi`. */
function findExample(given: string): string {
  const names = exampleNames()
  const kebab = given
    .replace(/\.ts$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
  const name = [kebab, kebab.replace(/^spark-/, '')].find((candidate) => names.includes(candidate))
  if (name !== undefined) return join(folder(), `${name}.ts`)
  const meant = nearest(kebab, names)
  const reason = `there is no such example${meant === undefined ? '' : `; did you mean ${meant}?`}`
  throw new FiresteelError('FS_SUBMIT_APPLICATION', { path: given, reason })
}
