import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { folders } from '../harness/folders.js'

const PAGE_BYTES = 4096
const TICKS_PER_SECOND = 100
const POLL_MILLISECONDS = 20

/** What differs between the peers: how a daemon and a submit are called, and where the programs are. */
export const peers = {
  firesteel: () => ({
    title: 'Firesteel',
    environment: { SPARK_HOME: folders.root },
    daemon: (name, args) => [join(folders.root, 'bin/firesteel-launch'), [name, ...args]],
    submit: join(folders.root, 'bin/spark-submit'),
    program: (name) => [join(folders.bench, 'firesteel', `${name}.ts`)],
  }),
  spark: (spark) => ({
    title: 'Spark',
    environment: { SPARK_HOME: spark.home, SPARK_LOCAL_IP: '127.0.0.1', PYSPARK_PYTHON: spark.python },
    daemon: (name, args) => {
      const className = name === 'master' ? 'master.Master' : 'worker.Worker'
      return [join(spark.home, 'bin/spark-class'), [`org.apache.spark.deploy.${className}`, ...args]]
    },
    submit: join(spark.home, 'bin/spark-submit'),
    program: (name) => ['--class', name.replaceAll(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase()), spark.jar],
  }),
}

/** One master and two workers of one core each, as processes of this one. */
export class Cluster {
  #peer
  #folder
  #environment
  #daemons = new Map()
  #ports

  constructor(peer, { folder, ports, options = '' }) {
    mkdirSync(folder, { recursive: true })
    this.#peer = peer
    this.#folder = folder
    this.#ports = ports
    const env = { ...process.env, ...peer.environment, SPARK_DAEMON_JAVA_OPTS: options }
    for (const name of ['SPARK_CONF_DIR', 'SPARK_MASTER_HOST', 'SPARK_WORKER_DIR']) delete env[name]
    this.#environment = env
  }

  get url() {
    return `spark://127.0.0.1:${this.#ports.master}`
  }

  get environment() {
    return this.#environment
  }

  startMaster() {
    const { master, webUi } = this.#ports
    this.#start('master', 'master', ['--host', '127.0.0.1', '--port', `${master}`, '--webui-port', `${webUi}`])
  }

  startWorkers() {
    for (const number of [1, 2]) {
      const size = ['--cores', '1', '--memory', '2g', '--work-dir', join(this.#folder, `work-${number}`)]
      const place = ['--host', '127.0.0.1', '--webui-port', `${this.#ports.webUi + number}`]
      this.#start(`worker ${number}`, 'worker', [...size, ...place, this.url])
    }
  }

  #start(name, kind, args) {
    const [command, words] = this.#peer.daemon(kind, args)
    const log = openSync(join(this.#folder, `${name.replace(' ', '-')}.log`), 'a')
    const child = spawn(command, words, { env: this.#environment, stdio: ['ignore', log, log], detached: true })
    closeSync(log)
    child.on('error', (error) => {
      throw error
    })
    this.#daemons.set(name, child)
  }

  /** The master's /json; undefined while it does not answer. */
  async state() {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.#ports.webUi}/json/`, { signal: AbortSignal.timeout(2000) })
      return answer.ok ? await answer.json() : undefined
    } catch {
      return undefined
    }
  }

  /** Waits until the state is as wanted. */
  async until(what, isSo, timeoutSeconds = 120) {
    const deadline = performance.now() + timeoutSeconds * 1000
    for (;;) {
      const state = await this.state()
      if (state !== undefined && isSo(state)) return state
      if (performance.now() > deadline)
        throw new Error(`${this.#peer.title}: ${what} did not come in ${timeoutSeconds} s`)
      await sleep(POLL_MILLISECONDS)
    }
  }

  untilReady() {
    return this.until('two workers', (state) => state.status === 'ALIVE' && state.aliveworkers === 2)
  }

  pid(name) {
    return this.#daemons.get(name).pid
  }

  names() {
    return [...this.#daemons.keys()]
  }

  /** kill -9 of one daemon; resolves when it is gone. */
  async kill(name) {
    const child = this.#daemons.get(name)
    this.#daemons.delete(name)
    await end(child, 'SIGKILL')
  }

  /** Name of the worker whose process is `pid`. */
  workerOf(pid) {
    return this.names().find((name) => name.startsWith('worker') && this.pid(name) === pid)
  }

  async stop() {
    const daemons = [...this.#daemons.values()]
    this.#daemons.clear()
    await Promise.all(daemons.map((child) => end(child, 'SIGTERM')))
  }
}

/** Ends a process and, when it does not listen, all of its session. */
function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 20_000)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill(signal)
  })
}

/** Resident memory in bytes and cpu seconds so far of one process. */
export function usage(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return {
    bytes: Number(fields[21]) * PAGE_BYTES,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  }
}

/** Parent of a process. */
export function parentOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
}
