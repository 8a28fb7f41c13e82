import { constants } from 'node:fs'
import { access, readFile, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { availableParallelism, tmpdir, totalmem } from 'node:os'
import { Worker } from 'node:worker_threads'
import { distFile, formatBytes } from '../common/index.js'
import { print } from './print.js'

/** One thing to look at. `run` says what it found, or throws with what is wrong. */
interface Check {
  readonly title: string
  readonly run: () => Promise<string>
}

const checks: readonly Check[] = [
  { title: 'Node', run: checkNode },
  { title: 'cores', run: async () => `${availableParallelism()} for task threads` },
  { title: 'memory', run: checkMemory },
  { title: 'temporary folder', run: checkTemporaryFolder },
  { title: 'loopback', run: checkLoopback },
  { title: 'threads', run: checkThread },
  { title: 'inspector', run: checkInspector },
  { title: 'installation', run: checkInstallation },
  { title: 'TypeScript', run: checkTypeScript },
]

/** `firesteel doctor`: looks at what an application needs of this machine; exit code 1 when something is wrong. */
export async function doctorCommand(): Promise<void> {
  for (const { title, run } of checks) {
    const [mark, words] = await run().then(
      (found) => ['ok', found],
      (error: unknown) => ['WRONG', error instanceof Error ? error.message : String(error)],
    )
    if (mark !== 'ok') process.exitCode = 1
    print(`${mark!.padEnd(6)} ${title}: ${words}`)
  }
}

async function checkNode(): Promise<string> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) throw new Error(`${process.versions.node} is too old; 20.19 or later`)
  return process.versions.node
}

async function checkMemory(): Promise<string> {
  const limit = await containerLimit()
  const machine = formatBytes(totalmem())
  if (limit === undefined || limit >= totalmem()) return machine
  return `${formatBytes(limit)} by the limit of the container, of ${machine}`
}

/** Bytes that a container may use, where there is one with a limit (cgroup version 2, then 1). */
async function containerLimit(): Promise<number | undefined> {
  for (const path of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    const text = await readFile(path, 'utf8').catch(() => 'max')
    const bytes = Number(text.trim())
    if (Number.isFinite(bytes) && bytes > 0) return bytes
  }
  return undefined
}

async function checkTemporaryFolder(): Promise<string> {
  await access(tmpdir(), constants.W_OK)
  const { bavail, bsize } = await statfs(tmpdir())
  const free = bavail * bsize
  if (free < 2 ** 30)
    throw new Error(`${tmpdir()} has ${formatBytes(free)} left for shuffle files; set spark.local.dir`)
  return `${tmpdir()}, ${formatBytes(free)} free`
}

function checkLoopback(): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error) => reject(new Error(`no port can be opened on 127.0.0.1: ${error.message}`)))
    server.listen(0, '127.0.0.1', () => server.close(() => resolve('ports can be opened on 127.0.0.1')))
  })
}

function checkThread(): Promise<string> {
  return new Promise((resolve, reject) => {
    const thread = new Worker('', { eval: true })
    thread.once('error', reject)
    thread.once('exit', (code) => (code === 0 ? resolve('task threads start') : reject(new Error(`exit code ${code}`))))
  })
}

async function checkInspector(): Promise<string> {
  const { Session } = await import('node:inspector')
  const session = new Session()
  session.connect()
  session.disconnect()
  return 'functions can be read'
}

async function checkInstallation(): Promise<string> {
  for (const name of ['index.js', 'executor-slot.js', 'executor-process.js']) {
    await access(distFile(name)).catch(() => {
      throw new Error(`${distFile(name)} is missing; install again, or npm run build in a clone`)
    })
  }
  return distFile('')
}

async function checkTypeScript(): Promise<string> {
  const { version } = await import('esbuild').catch(() => {
    throw new Error('esbuild is not installed, so only JavaScript applications run; npm install esbuild')
  })
  return `esbuild ${version}`
}
