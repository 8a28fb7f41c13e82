import { hostname } from 'node:os'
import { LOG_FILE, LOG_LEVEL, LOG_STRUCTURED, type SparkConf } from '../common/conf/index.js'
import { configureLogging } from '../common/log/index.js'
import { Master } from '../deploy/master/index.js'
import { recoveryMode } from '../deploy/recovery/index.js'
import { clusterSecurity } from '../rpc/index.js'
import { daemonConf, daemonHost, portOf } from './daemon/daemon-conf.js'
import { daemonHelp, masterFlags, parseDaemonArguments } from './daemon/daemon-flags.js'
import { openDaemonNetwork } from './daemon/daemon-network.js'
import { untilSignalled } from './daemon/daemon-process.js'
import { print, printNote } from './print.js'

const defaultPort = 7077

/** `firesteel master`: a standalone cluster's master in the foreground. */
export async function masterCommand(argv: readonly string[]): Promise<void> {
  const args = parseDaemonArguments(argv, 'firesteel master', masterFlags)
  if (args.values.has('--help')) {
    print(daemonHelp('firesteel master [flags]', "A standalone cluster's master, in the foreground.", masterFlags))
    return
  }
  const { env } = process
  const conf = daemonConf(args, env, ['SPARK_MASTER_OPTS'])
  logAsDaemon(conf)
  const hasSecret = clusterSecurity(conf).secret !== undefined
  const host = daemonHost(args.values.get('--host') ?? (env.SPARK_MASTER_HOST || undefined), hostname(), hasSecret)
  const port = portOf(args.values.get('--port') ?? env.SPARK_MASTER_PORT, '--port') ?? defaultPort
  const { rpc, server } = await openDaemonNetwork(conf, { name: 'master', host, port })
  const master = new Master({
    conf,
    rpc,
    server,
    recovery: await recoveryMode(conf),
    secret: clusterSecurity(conf).secret?.text,
  })
  await master.start()
  printNote(`master ${master.url}`)
  untilSignalled('Master', () => master.stop())
}

/** A daemon tells what it does, unless it is told to be quiet. */
export function logAsDaemon(conf: SparkConf): void {
  configureLogging({
    level: conf.contains(LOG_LEVEL) ? conf.get(LOG_LEVEL) : 'INFO',
    structured: conf.get(LOG_STRUCTURED),
    file: conf.get(LOG_FILE),
  })
}
