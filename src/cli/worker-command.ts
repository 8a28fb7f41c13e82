import { join, resolve } from 'node:path'
import { mastersOf } from '../cluster/standalone/index.js'
import { WORKER_DRIVER_TERMINATE_TIMEOUT } from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { heedDecommissionSignal, Worker } from '../deploy/worker/index.js'
import { clusterSecurity } from '../rpc/index.js'
import { daemonConf, isInsecure } from './daemon/daemon-conf.js'
import { type DaemonArguments, daemonHelp, parseDaemonArguments, workerFlags } from './daemon/daemon-flags.js'
import { workerHost } from './daemon/daemon-host.js'
import { memoryWarning } from './daemon/daemon-memory.js'
import { bringUp, endSignals, untilSignalled } from './daemon/daemon-process.js'
import { DaemonValues } from './daemon/daemon-values.js'
import { startWorkerWeb } from './daemon/daemon-web.js'
import { logAsDaemon } from './daemon/log-as-daemon.js'
import { print, printNote } from './print.js'

const usage = 'firesteel worker [flags] <master-url>'
/** For what a worker does when it ends, besides waiting for its drivers. */
const stopMarginMs = 5_000

/** `firesteel worker`: a standalone cluster's worker in the foreground. */
export async function workerCommand(argv: readonly string[]): Promise<void> {
  const args = parseDaemonArguments(argv, 'firesteel worker', workerFlags)
  if (args.values.has('--help'))
    return print(daemonHelp(usage, 'Runs executors and drivers of a standalone cluster on this machine.', workerFlags))
  await bringUp(async () => {
    const { env } = process
    const { conf, warnings } = daemonConf(args, env, 'SPARK_WORKER_OPTS')
    logAsDaemon(conf, [...warnings, memoryWarning(env, process.execArgv)])
    const values = new DaemonValues(args, env)
    const masters = mastersOf(masterOf(args, conf.get('spark.master', '')))
    const security = clusterSecurity(conf)
    const mayOpen = security.secret !== undefined || isInsecure(conf)
    const host = await workerHost({ told: values.text('--host', 'SPARK_WORKER_HOST'), env, mayOpen }, masters)
    const webUiPort = values.port('--webui-port', 'SPARK_WORKER_WEBUI_PORT')
    const worker = await Worker.open({
      masters,
      security,
      conf,
      bindHost: host.bind,
      host: host.advertised,
      port: values.port('--port', 'SPARK_WORKER_PORT'),
      cores: values.count('--cores', 'SPARK_WORKER_CORES'),
      memoryMiB: values.memory('--memory', 'SPARK_WORKER_MEMORY'),
      workDir: resolve(values.text('--work-dir', 'SPARK_WORKER_DIR') ?? join(env.SPARK_HOME ?? '.', 'work')),
      localDirs: env.SPARK_LOCAL_DIRS?.split(',').filter((folder) => folder !== ''),
      environment: env,
      logFile: env.SPARK_DAEMON_LOG,
    })
    const decommissionSignal = heedDecommissionSignal(worker, conf)
    const timeoutMs = conf.get(WORKER_DRIVER_TERMINATE_TIMEOUT) + stopMarginMs
    const web = await startWorkerWeb(worker, {
      conf,
      env,
      host: host.bind,
      publicHost: host.advertised,
      port: webUiPort,
    })
    const ended = worker.ended.then(async ({ exitCode, message }) => {
      printNote(`worker ${worker.id} has ended: ${message}`)
      await web.close()
      return exitCode
    })
    const stop = async (): Promise<number> => {
      await worker.stop()
      return ended
    }
    untilSignalled({ name: 'Worker', signals: endSignals(env), timeoutMs, stop })
    void ended.then((exitCode) => process.exit(exitCode))
    worker.start({ webUiUrl: web.url })
    // The last line says that it stands: the scripts of sbin/ wait for it.
    printNote(`web UI ${web.url}`)
    const onSignal = decommissionSignal === undefined ? '' : `; ${decommissionSignal} decommissions it`
    printNote(`SIGTERM ends it within ${Math.ceil(timeoutMs / 1000)} s${onSignal}`)
    printNote(`worker ${worker.url}`)
  })
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
