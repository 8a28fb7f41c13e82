import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** How a command ended and what it wrote. */
export interface CommandResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Text for its standard input; none unless given. */
  readonly input?: string
}

/** Runs `firesteel <args>` of the build in dist/, in a surrounding without settings. */
export function firesteel(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return run(process.execPath, [join(root, 'bin/firesteel.js'), ...args], options)
}

/** Runs any program in a surrounding without settings. */
export function run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { cwd, env = {}, input } = options
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:SPARK_|MASTER$|DEPLOY_MODE$|NODE_OPTIONS$|VITEST)/.test(name),
  )
  const child = spawn(program, args, { cwd, env: { ...Object.fromEntries(kept), ...env } })
  child.stdin.end(input ?? '')
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text.stdout += part
  })
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text.stderr += part
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, ...text }))
  })
}
