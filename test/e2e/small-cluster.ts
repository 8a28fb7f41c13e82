import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { eventually } from '../kit/eventually.js'
import { root } from './run-command.js'
import type { TempProject } from './temp-project.js'

/** A master and a worker on loopback, as processes of their own, on ports that are free; their folders are the project's. */
export class SmallCluster implements AsyncDisposable {
  readonly #project: TempProject
  readonly #daemons: { readonly child: ChildProcess; output: string }[] = []
  masterUrl = ''
  restUrl = ''

  constructor(project: TempProject) {
    this.#project = project
  }

  /** Starts both, and waits until the worker has registered. */
  async start(settings: Readonly<Record<string, string>> = {}): Promise<this> {
    const all = { 'spark.master.rest.port': '0', ...settings }
    const lines = Object.entries(all).map(([key, value]) => `${key} ${value}\n`)
    const file = this.#project.write('cluster.conf', lines.join(''))
    const flags = ['--host', '127.0.0.1', '--port', '0', '--webui-port', '0', '--properties-file', file]
    const master = this.#daemon(['master', ...flags])
    this.masterUrl = await this.#said(master, /^master (spark:\S+)$/m)
    this.restUrl = await this.#said(master, /^REST (spark:\S+)$/m)
    const worker = this.#daemon(['worker', ...flags, '--cores', '2', '--memory', '4g', this.masterUrl])
    await this.#said(worker, /(registered with the master)/)
    return this
  }

  /** What the daemons have printed. */
  get log(): string {
    return this.#daemons.map(({ output }) => output).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child } of this.#daemons.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await ended
      clearTimeout(timer)
    }
  }

  #daemon(args: readonly string[]): { readonly child: ChildProcess; output: string } {
    const { folder, temporary } = this.#project
    const kept = Object.entries(process.env).filter(([name]) => !/^(?:SPARK_|MASTER$|NODE_OPTIONS$|VITEST)/.test(name))
    const child = spawn(process.execPath, [join(root, 'bin/firesteel.js'), ...args], {
      cwd: folder,
      env: { ...Object.fromEntries(kept), TMPDIR: temporary, SPARK_CONF_DIR: temporary, SPARK_LOCAL_DIRS: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const daemon = { child, output: '' }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        daemon.output += text
      })
    }
    this.#daemons.push(daemon)
    return daemon
  }

  #said(daemon: { readonly child: ChildProcess; readonly output: string }, pattern: RegExp): Promise<string> {
    return eventually(`${pattern} of a daemon`, () => {
      const found = pattern.exec(daemon.output)?.[1]
      if (found === undefined && daemon.child.exitCode !== null) throw new Error(`a daemon has ended: ${daemon.output}`)
      return found
    })
  }
}
