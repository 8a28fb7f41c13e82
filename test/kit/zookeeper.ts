import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { eventually, within } from './eventually.js'
import { freePort } from './tcp-relay.js'

const run = promisify(execFile)
const version = '3.9.3'
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'
/** What a server needs at run time but does not pull in. */
const artifacts = [
  ['org.apache.zookeeper', 'zookeeper', version],
  ['io.dropwizard.metrics', 'metrics-core', '4.1.12.1'],
  ['org.xerial.snappy', 'snappy-java', '1.1.10.5'],
] as const

const java = process.env.JAVA_HOME === undefined ? 'java' : join(process.env.JAVA_HOME, 'bin', 'java')
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'firesteel-ci')

/** Why no ZooKeeper can be started here, or undefined when it can: for `describe.skipIf`, after it has been said aloud. */
export async function zooKeeperMissing(): Promise<string | undefined> {
  try {
    await run(java, ['-version'])
  } catch {
    return missing('there is no Java (JDK 17 or later)')
  }
  try {
    await jars()
    return undefined
  } catch (error) {
    return missing(`its jars could not be had by Maven: ${(error as Error).message.split('\n')[0]}`)
  }
}

function missing(why: string): string {
  process.stderr.write(`SKIPPED: tests against ZooKeeper, as ${why}\n`)
  return why
}

/** A folder with the server's jars, brought by Maven once and kept outside of the project. */
async function jars(): Promise<string> {
  const folder = join(cache, `zookeeper-${version}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  // Renamed when whole: of several test files that begin at once, one wins.
  const own = mkdtempSync(join(cache, 'zookeeper-'))
  const dependencies = artifacts.map(
    ([group, artifact, number]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${number}</version></dependency>`,
  )
  const pom = `<project><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>jars</artifactId><version>1</version>
<packaging>pom</packaging><dependencies>${dependencies.join('')}</dependencies></project>`
  writeFileSync(join(own, 'pom.xml'), pom)
  try {
    const goal = [`${dependencyPlugin}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${own}`]
    await run('mvn', ['-q', '-B', '-f', join(own, 'pom.xml'), ...goal], { timeout: 240_000 })
    renameSync(own, folder)
  } catch (error) {
    rmSync(own, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

interface Server {
  readonly number: number
  readonly port: number
  readonly folder: string
  child: ChildProcess | undefined
}

/** A real ensemble on loopback, of one server or three, on ports of its own. */
export class ZooKeeperEnsemble {
  readonly #servers: readonly Server[]
  readonly #folder: string
  readonly #jars: string

  private constructor(folder: string, jars: string, servers: readonly Server[]) {
    this.#folder = folder
    this.#jars = jars
    this.#servers = servers
  }

  /** Again where a port that was free a moment ago is another's now. */
  static async start(count: 1 | 3): Promise<ZooKeeperEnsemble> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ZooKeeperEnsemble.#startOnce(count)
      } catch (error) {
        if (attempt === 3) throw error
      }
    }
  }

  static async #startOnce(count: number): Promise<ZooKeeperEnsemble> {
    const folder = mkdtempSync(join(tmpdir(), 'firesteel-zookeeper-'))
    const servers: Server[] = []
    const peers: string[] = []
    for (let number = 1; number <= count; number++) {
      servers.push({ number, port: await freePort(), folder: join(folder, `${number}`), child: undefined })
      peers.push(`server.${number}=127.0.0.1:${await freePort()}:${await freePort()}`)
    }
    for (const { number, port, folder: own } of servers) {
      mkdirSync(own)
      writeFileSync(join(own, 'myid'), `${number}\n`)
      const settings = [
        'tickTime=500',
        'initLimit=20',
        'syncLimit=10',
        'minSessionTimeout=1000',
        'maxSessionTimeout=60000',
        `dataDir=${own}`,
        `clientPort=${port}`,
        'clientPortAddress=127.0.0.1',
        'admin.enableServer=false',
        '4lw.commands.whitelist=srvr',
        ...(count > 1 ? peers : []),
      ]
      writeFileSync(join(own, 'zoo.cfg'), `${settings.join('\n')}\n`)
    }
    const ensemble = new ZooKeeperEnsemble(folder, await jars(), servers)
    try {
      for (const { number } of servers) ensemble.launch(number)
      await ensemble.ready()
      return ensemble
    } catch (error) {
      await ensemble.stop()
      throw error
    }
  }

  get count(): number {
    return this.#servers.length
  }

  /** As `spark.deploy.zookeeper.url` takes it. */
  get url(): string {
    return this.#servers.map(({ port }) => `127.0.0.1:${port}`).join(',')
  }

  get ports(): readonly number[] {
    return this.#servers.map(({ port }) => port)
  }

  /** Starts a server, again where it was killed. */
  launch(number: number): void {
    const server = this.#server(number)
    const log = openSync(join(server.folder, 'log.txt'), 'a')
    const classPath = [server.folder, join(this.#jars, '*')].join(delimiter)
    const options = ['-Xmx96m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.net.preferIPv4Stack=true']
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain'
    server.child = spawn(java, [...options, '-cp', classPath, main, join(server.folder, 'zoo.cfg')], {
      cwd: server.folder,
      stdio: ['ignore', log, log],
    })
  }

  /** Waits until every server that runs serves clients. */
  async ready(): Promise<void> {
    for (const { number, child } of this.#servers) {
      if (child === undefined) continue
      await eventually(`ZooKeeper server ${number} to serve\n${this.#log(number)}`, async () => {
        if (child.exitCode !== null) throw new Error(`ZooKeeper server ${number} ended:\n${this.#log(number)}`)
        return (await this.#mode(number)) !== undefined
      })
    }
  }

  /** Number of the server that leads the ensemble. */
  async leader(): Promise<number> {
    return eventually('a leader of the ensemble', async () => {
      for (const { number, child } of this.#servers) {
        if (child === undefined) continue
        const mode = await this.#mode(number)
        if (mode === 'leader' || mode === 'standalone') return number
      }
      return undefined
    })
  }

  /** Freezes a server, or lets it go on. */
  signal(number: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#server(number).child?.kill(signal)
  }

  async kill(number: number): Promise<void> {
    const server = this.#server(number)
    const { child } = server
    server.child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await within(10_000, 'the end of a ZooKeeper server', ended)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map(({ number }) => this.kill(number)))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #server(number: number): Server {
    return this.#servers[number - 1]!
  }

  #log(number: number): string {
    return readFileSync(join(this.#server(number).folder, 'log.txt'), 'utf8').slice(-3_000)
  }

  /** `leader`, `follower` or `standalone` when it serves. */
  #mode(number: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: this.#server(number).port })
      let answer = ''
      socket.setTimeout(2_000, () => socket.destroy())
      socket.on('connect', () => socket.write('srvr'))
      socket.on('data', (bytes) => {
        answer += bytes.toString('latin1')
      })
      socket.on('error', () => undefined) // it does not serve yet
      socket.on('close', () => resolve(/^Mode: (\w+)/m.exec(answer)?.[1]))
    })
  }
}
