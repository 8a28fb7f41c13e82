import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually, within } from './eventually.js'
import { freePort } from './tcp-relay.js'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** One daemon of a cluster, run by its command. */
export class Daemon {
  readonly name: string
  readonly child: ChildProcess
  output = ''

  constructor(name: string, args: readonly string[], folder: string) {
    this.name = name
    const kept = Object.entries(process.env).filter(([key]) => !/^(?:SPARK_|NODE_OPTIONS$|VITEST)/.test(key))
    this.child = spawn(process.execPath, [join(root, 'bin/firesteel.js'), ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: Object.fromEntries(kept),
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.output += bytes.toString()
      })
    }
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  /** The address of its pages, once it has said it. */
  webUi(): Promise<string> {
    return eventually(
      () => `the pages of ${this.name}\n${this.output}`,
      () => {
        if (this.hasEnded) throw new Error(`${this.name} ended:\n${this.output}`)
        return /web UI (http:\S+)/.exec(this.output)?.[1]
      },
    )
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.hasEnded) return
    const exit = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill(signal)
    if (signal !== 'SIGSTOP') await within(30_000, `the end of ${this.name}`, exit)
  }
}

interface Master {
  readonly port: number
  readonly settingsFile: string
  daemon: Daemon
}

export interface ClusterSettings {
  readonly masters: number
  readonly workers: number
  readonly coresPerWorker: number
  readonly conf: Readonly<Record<string, string>>
  /** Settings of one master over those of all, by its place. */
  readonly confOf?: Readonly<Record<number, Readonly<Record<string, string>>>>
}

/** What a master says of itself at `/json`. */
export interface MasterState {
  readonly status: string
  readonly aliveworkers: number
  readonly coresused: number
  readonly activeapps: readonly {
    readonly id: string
    readonly name: string
    readonly cores: number
    readonly state: string
  }[]
  readonly activedrivers: readonly { readonly id: string; readonly state: string }[]
  readonly completeddrivers: readonly { readonly id: string; readonly state: string }[]
}

/** A standalone cluster of real daemons on loopback, whose masters can be killed and started again. */
export class ClusterProcesses {
  readonly folder: string
  readonly secret = 'a secret of the cluster'
  readonly #masters: Master[] = []
  readonly #workers: Daemon[] = []

  private constructor(folder: string) {
    this.folder = folder
  }

  static async start(settings: ClusterSettings): Promise<ClusterProcesses> {
    const cluster = new ClusterProcesses(mkdtempSync(join(tmpdir(), 'firesteel-cluster-')))
    try {
      await cluster.#startAll(settings)
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  /** As `spark.master` takes it: all masters. */
  get url(): string {
    return `spark://${this.#masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
  }

  /** Place of the master that leads and has finished its recovery. */
  leader(): Promise<number> {
    return eventually(
      () => `a leading master\n${this.#masters.map(({ daemon }) => daemon.output.slice(-1_500)).join('\n---\n')}`,
      async () => {
        for (const place of this.#masters.keys()) if ((await this.state(place))?.status === 'ALIVE') return { place }
        return undefined
      },
    ).then(({ place }) => place)
  }

  /** Undefined when it does not answer. */
  async state(place: number): Promise<MasterState | undefined> {
    const { daemon } = this.#masters[place]!
    if (daemon.hasEnded) return undefined
    try {
      const response = await fetch(`${await daemon.webUi()}/json`, { signal: AbortSignal.timeout(2_000) })
      return response.ok ? ((await response.json()) as MasterState) : undefined
    } catch {
      return undefined // it is dying, or frozen
    }
  }

  killMaster(place: number): Promise<void> {
    return this.#masters[place]!.daemon.kill()
  }

  signalMaster(place: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#masters[place]!.daemon.child.kill(signal)
  }

  /** Starts a master again at its address. */
  restartMaster(place: number): void {
    const master = this.#masters[place]!
    master.daemon = this.#launchMaster(place, master.port, master.settingsFile)
  }

  /** What a master has written, this time and before. */
  logOf(place: number): string {
    return this.#masters[place]!.daemon.output
  }

  get workerLogs(): string {
    return this.#workers.map(({ output }) => output).join('\n')
  }

  async stop(): Promise<void> {
    // Workers first: they take down what they run.
    await Promise.all(this.#workers.map((worker) => worker.kill('SIGTERM')))
    for (const { daemon } of this.#masters) if (!daemon.hasEnded) daemon.child.kill('SIGCONT')
    await Promise.all(this.#masters.map(({ daemon }) => daemon.kill()))
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #startAll({ masters, workers, coresPerWorker, conf, confOf }: ClusterSettings): Promise<void> {
    for (let place = 0; place < masters; place++) {
      const settingsFile = this.#writeSettings(`master-${place}`, { ...conf, ...confOf?.[place] })
      const port = await freePort()
      mkdirSync(join(this.folder, `master-${place}`))
      this.#masters.push({ port, settingsFile, daemon: this.#launchMaster(place, port, settingsFile) })
    }
    for (const { daemon } of this.#masters) await daemon.webUi()
    const settingsFile = this.#writeSettings('worker', conf)
    for (let place = 0; place < workers; place++) {
      const flags = ['--host', '127.0.0.1', '--port', '0', '--webui-port', '0', '--properties-file', settingsFile]
      const offer = ['--cores', `${coresPerWorker}`, '--memory', '8G', '--work-dir', join(this.folder, `work-${place}`)]
      this.#workers.push(new Daemon(`worker ${place}`, ['worker', ...flags, ...offer, this.url], this.folder))
    }
    const leader = await this.leader()
    await eventually(`${workers} workers`, async () => (await this.state(leader))?.aliveworkers === workers)
  }

  #launchMaster(place: number, port: number, settingsFile: string): Daemon {
    const flags = ['--host', '127.0.0.1', '--port', `${port}`, '--webui-port', '0', '--properties-file', settingsFile]
    return new Daemon(`master ${place}`, ['master', ...flags], join(this.folder, `master-${place}`))
  }

  #writeSettings(name: string, conf: Readonly<Record<string, string>>): string {
    const path = join(this.folder, `${name}.conf`)
    const all: Record<string, string> = {
      'spark.authenticate.secret': this.secret,
      'spark.port.maxRetries': '0',
      'spark.master.rest.enabled': 'false',
      ...conf,
    }
    const lines = Object.entries(all).map(([key, value]) => `${key} ${value}\n`)
    writeFileSync(path, lines.join(''), { mode: 0o600 })
    return path
  }
}
