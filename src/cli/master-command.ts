import { hostname } from 'node:os'
import { Master } from '../deploy/master/index.js'
import { recoveryMode } from '../deploy/recovery/index.js'
import { clusterSecurity } from '../rpc/index.js'
import { daemonConf, daemonHost, portOf } from './daemon/daemon-conf.js'
import { type DaemonArguments, daemonHelp, masterFlags, parseDaemonArguments } from './daemon/daemon-flags.js'
import { openDaemonNetwork } from './daemon/daemon-network.js'
import { untilSignalled } from './daemon/daemon-process.js'
import { startMasterWeb, startRestWeb } from './daemon/daemon-web.js'
import { logAsDaemon } from './daemon/log-as-daemon.js'
import { keepMasterBlobsClean, openMasterBlobs } from './daemon/master-blobs.js'
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
  const blobs = openMasterBlobs(conf, { environment: env, rpc, address: server.bound })
  const place = { conf, env, host }
  const web = await startMasterWeb(master, { ...place, port: portOf(webUiPort(args, env), '--webui-port') })
  const rest = await startRestWeb(master, { ...place, port: undefined, blobs })
  master.webUiUrl = web.url
  master.restUrl = rest?.url
  await master.start()
  const endCleaning = keepMasterBlobsClean(conf, blobs, master)
  printNote(`master ${master.url}`)
  printNote(`web UI ${web.url}`)
  if (rest !== undefined) printNote(`REST ${rest.url}`)
  untilSignalled('Master', async () => {
    endCleaning()
    await Promise.all([web.close(), rest?.close()])
    await master.stop()
  })
}

function webUiPort(args: DaemonArguments, env: NodeJS.ProcessEnv): string | undefined {
  return args.values.get('--webui-port') ?? env.SPARK_MASTER_WEBUI_PORT
}
