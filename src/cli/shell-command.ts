import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { mapStack } from '../closure/index.js'
import { findDefaultsFile, readPropertiesFile, setSubmittedConf } from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { getLogger } from '../common/log/index.js'
import { describeFailure } from '../deploy/submit/index.js'
import { RDD, SparkContext, SparkSession } from '../index.js'
import { describeRequest } from './describe-request.js'
import { exitDespiteStuckTasks } from './exit-despite-stuck-tasks.js'
import { parseFlags } from './parse-flags.js'
import { print, printNote, printResult, promptStreams } from './print.js'
import { complete } from './shell/complete.js'
import { historySize, readHistory, writeHistory } from './shell/history-file.js'
import { ShellScope } from './shell/shell-scope.js'
import { ShellSession, type ShellState } from './shell/shell-session.js'
import { parseSubmitArguments } from './submit-arguments.js'
import { submitCommand } from './submit-command.js'
import { versionText } from './version-text.js'

const applicationName = 'Spark shell'
const prompts = { ready: 'firesteel> ', more: '         | ' } as const

/** `firesteel shell`: a prompt for TypeScript with a running context. */
export async function shellCommand(argv: readonly string[]): Promise<void> {
  if (!resolveConf(argv)) return submitCommand(argv)
  exitDespiteStuckTasks()
  await using spark = await SparkSession.builder().getOrCreate()
  await converse(spark)
}

/** Leaves the settings of the command line for the context; false when help or the version was asked for instead. */
function resolveConf(argv: readonly string[]): boolean {
  const { application } = parseFlags(argv, 'spark-shell')
  if (application !== undefined) {
    throw new FiresteelError('FS_SUBMIT_APPLICATION', { path: application, reason: 'the shell takes no application' })
  }
  const request = parseSubmitArguments([...argv, '--', applicationName], {
    environment: process.env,
    readProperties: readPropertiesFile,
    defaultsFile: findDefaultsFile(process.env),
    command: 'spark-shell',
  })
  if (request.action !== 'run') return false
  if (request.deployMode === 'cluster') {
    throw new FiresteelError('FS_SUBMIT_NO_CLUSTER_MODE', { master: 'the shell', reason: 'its prompt runs here' })
  }
  if (request.verbose) printNote(describeRequest(request))
  for (const warning of request.warnings) getLogger('SparkShell').warn(warning)
  setSubmittedConf(request.conf)
  return true
}

/** Reads lines until the end of the input or `:quit`; one at a time, however fast they come. */
async function converse(spark: SparkSession): Promise<void> {
  const { sparkContext: sc } = spark
  const scope = new ShellScope(await globalsOf(spark), importFromWorkingFolder)
  const showError = (error: unknown) => printNote(isCancelled(error) ? error.message : describeAtPrompt(error))
  const session = new ShellSession(scope, { result: printResult, error: showError, describe })
  const streams = promptStreams()
  const reader = createInterface({
    input: streams?.input ?? process.stdin,
    output: streams?.output,
    terminal: streams !== undefined,
    prompt: prompts.ready,
    history: streams ? readHistory() : [],
    historySize,
    removeHistoryDuplicates: true,
    completer: (line: string) => complete(line, scope, chained),
  })
  process.on('unhandledRejection', showError).on('uncaughtException', showError)
  if (streams) greet(sc)
  try {
    await readLines(reader, { session, sc })
  } finally {
    process.off('unhandledRejection', showError).off('uncaughtException', showError)
    reader.close()
  }
}

/** As after a submit; the stack ends with the input itself, below which there is the shell only. */
function describeAtPrompt(error: unknown): string {
  if (error instanceof Error && error.stack !== undefined) {
    const lines = mapStack(error.stack).split('\n')
    const input = lines.findIndex((line) => /^\s+at (?:async )?eval \(shell-\d+:/.test(line))
    if (input >= 0)
      error.stack = lines
        .slice(0, input + 1)
        .join('\n')
        .replace(/eval \((shell-[\d:]+)\)$/, '$1')
  }
  return describeFailure(error)
}

/** What the user ended himself needs no stack. */
function isCancelled(error: unknown): error is FiresteelError {
  return error instanceof FiresteelError && error.category === 'cancelled'
}

interface Conversation {
  readonly session: ShellSession
  readonly sc: SparkContext
}

async function readLines(reader: Interface, { session, sc }: Conversation): Promise<void> {
  /** Stops waiting for the input that runs; undefined when none does. */
  let leave: ((state: ShellState) => void) | undefined
  reader.on('history', writeHistory)
  reader.on('SIGINT', () => {
    const isEmpty = reader.line === '' && session.unfinished === ''
    if (reader.line !== '') reader.write(null, { ctrl: true, name: 'u' })
    if (leave === undefined) {
      print(isEmpty ? '^C (:quit or Ctrl-D ends the shell)' : '^C')
      session.clear()
      reader.setPrompt(prompts.ready)
      reader.prompt()
    } else if (sc.statusTracker.getActiveJobIds().length > 0) {
      sc.cancelAllJobs('Ctrl-C was pressed')
    } else {
      printNote('^C (it goes on in the background)')
      leave('ready')
    }
  })
  if (reader.terminal) reader.prompt()
  for await (const line of reader) {
    const left = new Promise<ShellState>((resolve) => {
      leave = resolve
    })
    const state = await Promise.race([session.line(line), left])
    leave = undefined
    if (state === 'closed') return
    reader.setPrompt(prompts[state])
    if (reader.terminal) reader.prompt()
  }
  // Ctrl-D was pressed at the prompt: what comes next begins a line of its own.
  if (reader.terminal) print('')
  if (session.unfinished !== '') printNote('The last input was not whole and did not run.')
}

/** What calls on a context or an RDD mostly give: completion cannot run them to find out. */
function chained(root: unknown): unknown {
  return root instanceof SparkContext || root instanceof RDD ? RDD.prototype : undefined
}

function greet(sc: SparkContext): void {
  print(`${versionText()}\nContext '${sc.appName}' on ${sc.master} is 'sc',\nits session 'spark'. :help for help.`)
}

function describe(value: unknown): string | undefined {
  if (value instanceof SparkContext) return `SparkContext '${value.appName}' on ${value.master}`
  if (value instanceof SparkSession) return `SparkSession on ${describe(value.sparkContext)}`
  if (!(value instanceof RDD)) return undefined
  return `RDD ${value.id} of ${value.getNumPartitions()} partition(s); an action such as .take(10) shows its elements`
}

/** The context, the session, and everything that a program would import from this package. */
async function globalsOf(spark: SparkSession): Promise<Record<string, unknown>> {
  const exported = (await import('../index.js')) as Record<string, unknown>
  return { ...exported, sc: spark.sparkContext, spark, require: createRequire(join(process.cwd(), 'shell.js')) }
}

/** An import typed at the prompt means what it would in a file of the folder where the shell runs. */
async function importFromWorkingFolder(specifier: string): Promise<unknown> {
  if (/^(?:node|file|data):/.test(specifier)) return import(specifier)
  if (specifier === 'firesteel') return import('../index.js')
  const path = createRequire(join(process.cwd(), 'shell.js')).resolve(specifier)
  return import(path.startsWith('/') || /^[A-Za-z]:/.test(path) ? pathToFileURL(path).href : path)
}
