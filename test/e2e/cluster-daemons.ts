import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, within } from '../kit/eventually.js'
import { root } from './run-command.js'

/** Whether this system lets us hide folders from a process. */
export const canHideFolders =
  process.platform === 'linux' && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

export interface DaemonOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Folders that are empty for this process and those that it starts. */
  readonly hidden?: readonly string[]
}

/** A master or a worker as a process of its own, started by its command. */
export class Daemon {
  readonly #child: ChildProcess
  #stderr = ''

  private constructor(child: ChildProcess) {
    this.#child = child
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
  }

  /** Resolves when the daemon has told where it listens. */
  static async start(args: readonly string[], options: DaemonOptions = {}): Promise<Daemon> {
    const { env = {}, hidden = [] } = options
    const kept = Object.entries(process.env).filter(([name]) => !/^(?:SPARK_|MASTER$|NODE_OPTIONS$|VITEST)/.test(name))
    const command = [process.execPath, join(root, 'bin/firesteel.js'), ...args, '--webui-port', '0']
    const mounts = hidden.map((folder) => `mount -t tmpfs none '${folder}'`).join(' && ')
    const [program, ...rest] =
      hidden.length === 0 ? command : ['unshare', '-m', 'sh', '-c', `${mounts} && exec "$@"`, 'sh', ...command]
    const child = spawn(program as string, rest, {
      env: { ...Object.fromEntries(kept), ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const daemon = new Daemon(child)
    await eventually(`${args[0]} to listen`, () => daemon.url !== undefined || child.exitCode !== null)
    if (daemon.url === undefined) throw new Error(`${args[0]} ended: ${daemon.stderr}`)
    return daemon
  }

  /** `spark://host:port` of its own. */
  get url(): string | undefined {
    return /^(?:master|worker) (spark:\/\/\S+)$/m.exec(this.#stderr)?.[1]
  }

  get stderr(): string {
    return this.#stderr
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => void this.#child.once('exit', () => resolve()))
    this.#child.kill('SIGTERM')
    await within(20_000, 'a daemon that was asked to end', ended)
  }
}

export interface ClusterOptions extends DaemonOptions {
  /** Folder for all that the cluster writes. */
  readonly folder: string
  /** Folders that no worker sees. */
  readonly hidden?: readonly string[]
  /** Workers that do not see each other's folders either; each has one core. */
  readonly workers: number
}

/** A master and workers on this machine, as far apart as that allows. */
export class ClusterDaemons {
  readonly master: Daemon
  readonly #workers: readonly Daemon[]

  private constructor(master: Daemon, workers: readonly Daemon[]) {
    this.master = master
    this.#workers = workers
  }

  static async start({ folder, hidden = [], workers, env = {} }: ClusterOptions): Promise<ClusterDaemons> {
    const homes = Array.from({ length: workers }, (_, at) => join(folder, `worker-${at}`))
    for (const home of homes) mkdirSync(home, { recursive: true })
    const args = ['--host', '127.0.0.1', '--port', '0']
    const rest = { SPARK_MASTER_OPTS: '-Dspark.master.rest.enabled=false' }
    const master = await Daemon.start(['master', ...args], {
      env: { ...env, ...rest, SPARK_HOME: join(folder, 'master') },
    })
    const own = ['--cores', '1', '--memory', '1g', ...args]
    const started = homes.map((home) =>
      Daemon.start(['worker', ...own, '--work-dir', join(home, 'work'), master.url as string], {
        env: { ...env, SPARK_LOCAL_DIRS: join(home, 'work') },
        hidden: hidden.length === 0 ? [] : [...hidden, ...homes.filter((other) => other !== home)],
      }),
    )
    return new ClusterDaemons(master, await Promise.all(started))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()))
    await this.master.stop()
  }
}
