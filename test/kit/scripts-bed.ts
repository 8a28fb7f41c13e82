import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CommandResult, root, run } from '../e2e/run-command.js'
import { eventually } from './eventually.js'
import { isAlive } from './processes.js'

type Variables = Readonly<Record<string, string>>

/**
 * A machine's worth of SPARK_* folders in a temporary one with a space in its name, and the scripts of sbin/ run over them. All ports are free
 * ones.
 */
export class ScriptsBed {
  readonly folder = mkdtempSync(join(tmpdir(), 'firesteel scripts-'))
  readonly variables: Variables = {
    SPARK_CONF_DIR: this.path('conf'),
    SPARK_LOG_DIR: this.path('logs'),
    SPARK_PID_DIR: this.path('pids'),
    SPARK_WORKER_DIR: this.path('work'),
    SPARK_IDENT_STRING: 'test',
    SPARK_MASTER_PORT: '0',
    SPARK_MASTER_WEBUI_PORT: '0',
    SPARK_MASTER_OPTS: '-Dspark.master.rest.port=0',
    SPARK_WORKER_WEBUI_PORT: '0',
    SPARK_WORKER_CORES: '1',
    SPARK_WORKER_MEMORY: '512m',
  }
  readonly #pids = new Set<number>()

  constructor() {
    for (const name of ['conf', 'logs', 'pids', 'work']) mkdirSync(this.path(name))
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, text: string): string {
    writeFileSync(this.path(name), text)
    return this.path(name)
  }

  /** Runs a script of sbin/ from another folder than its own. */
  async sbin(words: string, env: Variables = {}): Promise<CommandResult> {
    const [name, ...args] = words.split(' ')
    return this.script(join(root, 'sbin', `${name}.sh`), args, env)
  }

  async script(path: string, args: readonly string[], env: Variables = {}): Promise<CommandResult> {
    const result = await run(path, args, { cwd: this.folder, env: { ...this.variables, ...env } })
    this.#notePids()
    return result
  }

  /** Runs a command of bin/ to its end. */
  bin(name: string, args: readonly string[], { env = {}, input }: { env?: Variables; input?: string } = {}) {
    return run(join(root, 'bin', name), args, {
      cwd: this.folder,
      env: { ...this.variables, ...env },
      ...(input === undefined ? {} : { input }),
    })
  }

  /** Starts a daemon in the foreground; what it writes is gathered. */
  foreground(
    args: readonly string[],
    env: Variables = {},
  ): { child: ChildProcess; output: { out: string; err: string } } {
    const kept = Object.entries(process.env).filter(([name]) => !/^(?:SPARK_|NODE_OPTIONS$|VITEST)/.test(name))
    const child = spawn(join(root, 'bin/firesteel-launch'), args, {
      cwd: this.folder,
      env: { ...Object.fromEntries(kept), ...this.variables, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    if (child.pid !== undefined) this.#pids.add(child.pid)
    const output = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.err += text
    })
    return { child, output }
  }

  pid(daemon: string, instance = 1): number {
    return Number(readFileSync(this.path(`pids/firesteel-test-${daemon}-${instance}.pid`), 'utf8'))
  }

  logs(folder = 'logs'): string[] {
    return readdirSync(this.path(folder)).sort()
  }

  log(daemon: string, instance = 1, folder = 'logs'): string {
    const name = this.logs(folder).find(
      (file) => file.startsWith(`firesteel-test-${daemon}-${instance}-`) && file.endsWith('.out'),
    )
    return readFileSync(this.path(`${folder}/${name}`), 'utf8')
  }

  /** Ends what is left, by the pids that were seen. Returns those that had to be. */
  async close(): Promise<number[]> {
    await this.sbin('stop-worker')
    await this.sbin('stop-master')
    const left = [...this.#pids].filter(isAlive)
    for (const pid of left) process.kill(pid, 'SIGKILL')
    await eventually('the end of the daemons', () => ![...this.#pids].some(isAlive))
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
    return left
  }

  #notePids(): void {
    const folder = this.path('pids')
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const pid = name.endsWith('.pid') ? Number(readFileSync(join(folder, name), 'utf8')) : 0
      if (pid > 0 && isDaemon(pid)) this.#pids.add(pid)
    }
  }
}

/** A number may stand in a pid file that is another process's now. */
function isDaemon(pid: number): boolean {
  try {
    return /firesteel\.js (?:master|worker)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
  } catch {
    return false
  }
}

/** The URL that a script printed in a line of that name. */
export function toldUrl({ stdout }: CommandResult, name: 'master' | 'worker' | 'web UI' | 'REST'): string {
  const url = new RegExp(`^${name} (\\S+)$`, 'm').exec(stdout)?.[1]
  if (url === undefined) throw new Error(`no line '${name} <url>' in ${JSON.stringify(stdout)}`)
  return url
}

interface MasterJson {
  readonly url: string
  readonly status: string
  readonly workers: readonly {
    id: string
    host: string
    port: number
    state: string
    cores: number
    memory: number
    webuiaddress: string
  }[]
  readonly activeapps: readonly { name: string }[]
  readonly completedapps: readonly { name: string; state: string }[]
  readonly completeddrivers: readonly { id: string; state: string; worker: string }[]
}

export async function masterJson(webUi: string, token?: string): Promise<MasterJson> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const answer = await fetch(`${webUi}/json/`, { headers, signal: AbortSignal.timeout(10_000) })
  if (!answer.ok) throw new Error(`${webUi}/json/ answers ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as MasterJson
}

/** Waits until that many workers are alive. */
export function aliveWorkers(webUi: string, count: number): Promise<MasterJson['workers']> {
  return eventually(`${count} workers that are alive`, async () => {
    const alive = (await masterJson(webUi)).workers.filter(({ state }) => state === 'ALIVE')
    return alive.length === count ? alive : undefined
  })
}
