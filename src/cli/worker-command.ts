import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { mastersOf } from '../cluster/standalone/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { heedSignals, Worker } from '../deploy/worker/index.js'
import { clusterSecurity } from '../rpc/index.js'
import { daemonConf, daemonHost, portOf } from './daemon/daemon-conf.js'
import { type DaemonArguments, daemonHelp, parseDaemonArguments, workerFlags } from './daemon/daemon-flags.js'
import { startWorkerWeb } from './daemon/daemon-web.js'
import { logAsDaemon } from './daemon/log-as-daemon.js'
import { memoryOf } from './daemon/memory-of.js'
import { print, printNote } from './print.js'

const usage = 'firesteel worker [flags] <master-url>'

/** `firesteel worker`: a standalone cluster's worker in the foreground. */
export async function workerCommand(argv: readonly string[]): Promise<void> {
  const args = parseDaemonArguments(argv, 'firesteel worker', workerFlags)
  if (args.values.has('--help')) {
    print(daemonHelp(usage, 'Runs executors and drivers of a standalone cluster on this machine.', workerFlags))
    return
  }
  const { env } = process
  const conf = daemonConf(args, env, ['SPARK_WORKER_OPTS'])
  logAsDaemon(conf)
  const masters = mastersOf(masterOf(args, conf.get('spark.master', '')))
  const security = clusterSecurity(conf)
  const told = args.values.get('--host') ?? (env.SPARK_WORKER_HOST || undefined)
  const host = daemonHost(told, hostname(), security.secret !== undefined)
  const worker = await Worker.open({
    masters,
    security,
    conf,
    bindHost: host,
    port: portOf(args.values.get('--port') ?? env.SPARK_WORKER_PORT, '--port'),
    cores: coresOf(args.values.get('--cores') ?? env.SPARK_WORKER_CORES),
    memoryMiB: memoryOf(args.values.get('--memory') ?? env.SPARK_WORKER_MEMORY, '--memory'),
    workDir: resolve(args.values.get('--work-dir') ?? (env.SPARK_WORKER_DIR || join(env.SPARK_HOME ?? '.', 'work'))),
    localDirs: env.SPARK_LOCAL_DIRS?.split(',').filter((folder) => folder !== ''),
    environment: env,
    logFile: env.SPARK_DAEMON_LOG,
  })
  heedSignals(worker, conf)
  const webUiPort = portOf(args.values.get('--webui-port') ?? env.SPARK_WORKER_WEBUI_PORT, '--webui-port')
  const web = await startWorkerWeb(worker, { conf, env, host, port: webUiPort })
  worker.start({ webUiUrl: web.url })
  printNote(`worker ${worker.url}`)
  printNote(`web UI ${web.url}`)
  const { exitCode, message } = await worker.ended
  printNote(`worker ${worker.id} has ended: ${message}`)
  await web.close()
  process.exit(exitCode)
}

function masterOf({ words }: DaemonArguments, configured: string): string {
  const [given, ...more] = words
  if (more.length > 0)
    throw new FiresteelError('FS_SUBMIT_FLAG_VALUE', {
      flag: 'worker',
      needs: 'one master URL',
      value: words.join(' '),
    })
  const url = given ?? configured
  if (url === '')
    throw new FiresteelError('FS_SUBMIT_FLAG_VALUE', { flag: 'worker', needs: `the URL of a master (${usage})` })
  return url
}

/** @throws FS_SUBMIT_FLAG_VALUE */
function coresOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new FiresteelError('FS_SUBMIT_FLAG_VALUE', { flag: '--cores', needs: 'a whole number from 1 on', value: text })
}
