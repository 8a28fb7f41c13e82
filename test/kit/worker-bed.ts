import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SparkConf } from '../../src/common/conf/index.js'
import { distFile } from '../../src/common/index.js'
import { Worker, type WorkerOptions } from '../../src/deploy/worker/index.js'
import { eventually, within } from './eventually.js'
import { PlayedDriver } from './played-driver.js'
import { clusterSecret, PlayedMaster } from './played-master.js'

/** A played master, workers of it in this process and in others, and their work folder; all gone at the end. */
export class WorkerBed {
  readonly workDir = mkdtempSync(join(tmpdir(), 'firesteel-worker-test-'))
  master: PlayedMaster
  readonly #open: (() => Promise<unknown>)[] = []

  private constructor(master: PlayedMaster) {
    this.master = master
  }

  static async open(): Promise<WorkerBed> {
    return new WorkerBed(await PlayedMaster.open())
  }

  async close(): Promise<void> {
    const ends = this.#open.splice(0).map((end) => end())
    await within(30_000, 'the end of the workers', Promise.all(ends))
    await this.master.close()
    rmSync(this.workDir, { recursive: true, force: true })
  }

  /** A worker in this process. */
  async worker(settings: Record<string, string> = {}, options: Partial<WorkerOptions> = {}): Promise<Worker> {
    const worker = await Worker.open({
      masters: [this.master.address],
      security: clusterSecret,
      conf: new SparkConf(false).setAll({ 'spark.worker.driverTerminateTimeout': '2s', ...settings }),
      workDir: this.workDir,
      cores: 2,
      memoryMiB: 1024,
      environment: process.env,
      ...options,
    })
    this.#open.push(() => worker.stop())
    worker.start({ webUiUrl: 'http://worker.test:8081' })
    return worker
  }

  /** A worker that has registered. */
  async registered(settings: Record<string, string> = {}, options: Partial<WorkerOptions> = {}): Promise<Worker> {
    const count = this.master.registrations.length
    const worker = await this.worker(settings, options)
    await this.master.registration(count + 1)
    return worker
  }

  /** A worker in a process of its own, as its command starts it. */
  async process(settings: Record<string, string> = {}): Promise<ChildProcess> {
    const file = join(this.workDir, '..', `${this.workDir.split('/').at(-1)}.conf`)
    const all = {
      'spark.authenticate.secret': clusterSecret.secret.text,
      'spark.worker.driverTerminateTimeout': '2s',
      ...settings,
    }
    writeFileSync(
      file,
      Object.entries(all)
        .map(([key, value]) => `${key} ${value}\n`)
        .join(''),
    )
    const { host, port } = this.master.address
    const flags = ['--host', '127.0.0.1', '--webui-port', '0', '--cores', '2', '--memory', '1g']
    const own = ['--properties-file', file, '--work-dir', this.workDir, `spark://${host}:${port}`]
    const child = spawn(process.execPath, [distFile('cli.js'), 'worker', ...flags, ...own], {
      stdio: ['ignore', 'ignore', 'ignore'],
    })
    const exited = new Promise((resolve) => child.once('exit', resolve))
    this.#open.push(async () => {
      child.kill('SIGKILL')
      await exited
      rmSync(file, { force: true })
    })
    const count = this.master.registrations.length
    await this.master.registration(count + 1)
    return child
  }

  async driver(): Promise<PlayedDriver> {
    const driver = await PlayedDriver.open()
    this.#open.push(() => driver.close())
    return driver
  }

  /** What a process has written. */
  output(folder: string, log = 'stdout'): string {
    try {
      return readFileSync(join(this.workDir, folder, log), 'utf8')
    } catch {
      return ''
    }
  }

  /** Waits until a process has written something. */
  said(folder: string, words: string): Promise<boolean> {
    return eventually(`'${words}' of ${folder}`, () => this.output(folder).includes(words))
  }

  /** The master ends as if killed, and another one takes its address. */
  async replaceMaster(answer: PlayedMaster['answer'] = { epoch: 2 }): Promise<void> {
    const { port } = this.master.address
    await this.master.close()
    this.master = await PlayedMaster.open(port)
    this.master.answer = answer
  }
}
