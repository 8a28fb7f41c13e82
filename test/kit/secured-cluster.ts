import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually, within } from './eventually.js'
import { freePort } from './tcp-relay.js'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** A command's process and all that it has said. */
export class CommandProcess {
  readonly child: ChildProcess
  output = ''

  constructor(args: readonly string[], options: { readonly cwd: string; readonly env: Record<string, string> }) {
    const kept = Object.entries(process.env).filter(([name]) => !/^(?:SPARK_|MASTER$|NODE_OPTIONS$|VITEST)/.test(name))
    const env = { ...Object.fromEntries(kept), ...options.env }
    const stdio = ['ignore', 'pipe', 'pipe'] as const
    this.child = spawn(process.execPath, [join(root, 'bin/firesteel.js'), ...args], {
      cwd: options.cwd,
      env,
      stdio: [...stdio],
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.output += bytes
      })
    }
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  /** What it says first that fits, once it has. */
  said(pattern: RegExp): Promise<string> {
    return eventually(`${pattern} of ${this.child.spawnargs.slice(2).join(' ')}`, () => {
      const found = pattern.exec(this.output)
      if (found === null && this.hasEnded) throw new Error(`it ended:\n${this.output}`)
      return found?.[1] ?? found?.[0]
    })
  }

  async ended(timeoutMs = 60_000): Promise<number | null> {
    if (!this.hasEnded) {
      const exit = new Promise((resolve) => this.child.once('close', resolve))
      await within(timeoutMs, `the command ${this.child.spawnargs.slice(2).join(' ')}\n${this.output}`, exit)
    }
    return this.child.exitCode
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return
    this.child.kill('SIGTERM')
    await this.ended(20_000)
  }
}

export interface SecuredClusterOptions {
  /** Lines of conf/spark-defaults.conf. */
  readonly settings: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly masterUrl?: (port: number) => string
  readonly workers?: number
}

/** A master and workers by their commands, in a folder of their own with a configuration of its own. */
export class SecuredCluster {
  readonly folder: string
  readonly masterPort: number
  readonly masterUrl: string
  readonly #env: Record<string, string>
  readonly #processes: CommandProcess[] = []

  private constructor(folder: string, masterPort: number, options: SecuredClusterOptions) {
    this.folder = folder
    this.masterPort = masterPort
    this.masterUrl = (options.masterUrl ?? ((port) => `spark://127.0.0.1:${port}`))(masterPort)
    this.#env = { ...options.env, SPARK_CONF_DIR: join(folder, 'conf'), SPARK_HOME: folder }
  }

  static async prepare(options: SecuredClusterOptions): Promise<SecuredCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'firesteel-secured-'))
    const cluster = new SecuredCluster(folder, await freePort(), options)
    mkdirSync(join(folder, 'conf'))
    const rest = await freePort()
    const lines = Object.entries({ 'spark.master.rest.port': String(rest), ...options.settings })
    const text = lines.map(([key, value]) => `${key} ${value}\n`).join('')
    writeFileSync(join(folder, 'conf/spark-defaults.conf'), text, { mode: 0o600 })
    return cluster
  }

  static async start(options: SecuredClusterOptions): Promise<SecuredCluster> {
    const cluster = await SecuredCluster.prepare(options)
    try {
      await cluster.master()
      for (let i = 0; i < (options.workers ?? 1); i++) await cluster.worker()
      return cluster
    } catch (error) {
      await cluster.close()
      throw error
    }
  }

  get processes(): readonly CommandProcess[] {
    return this.#processes
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): CommandProcess {
    const command = new CommandProcess(args, { cwd: this.folder, env: { ...this.#env, ...env } })
    this.#processes.push(command)
    return command
  }

  async master(): Promise<CommandProcess> {
    const master = this.run(['master', '--host', '127.0.0.1', '--port', String(this.masterPort), '--webui-port', '0'])
    await master.said(/leads from now on/)
    await master.said(/^master spark:/m)
    return master
  }

  async worker(): Promise<CommandProcess> {
    const folder = join(this.folder, 'work')
    const size = ['--cores', '2', '--memory', '2g', '--work-dir', folder, '--webui-port', '0']
    const worker = this.run(['worker', ...size, '--host', '127.0.0.1', this.masterUrl])
    await worker.said(/registered with the master/)
    await worker.said(/web UI/)
    return worker
  }

  /** Where pages are, of the master first. */
  get pages(): string[] {
    return this.#processes.flatMap(({ output }) => /web UI (https?:\S+)/.exec(output)?.[1] ?? [])
  }

  get restUrl(): string {
    const found = this.#processes.map(({ output }) => /REST spark:\/\/(\S+)/.exec(output)?.[1]).find(Boolean)
    if (found === undefined) throw new Error('no REST server was told of')
    return found
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name)
    writeFileSync(path, text)
    return path
  }

  /** All files of the cluster but its configuration: work folders, state. */
  files(): { readonly path: string; readonly mode: number; readonly text: string }[] {
    const all = readdirSync(this.folder, { recursive: true, withFileTypes: true })
    const paths = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    return paths
      .filter((path) => !path.startsWith(join(this.folder, 'conf')))
      .map((path) => ({ path, mode: statSync(path).mode & 0o777, text: readFileSync(path, 'latin1') }))
  }

  async close(): Promise<void> {
    for (const one of [...this.#processes].reverse()) await one.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
