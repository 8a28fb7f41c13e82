import { Master } from '../deploy/master/index.js'
import { recoveryMode } from '../deploy/recovery/index.js'
import { clusterSecurity } from '../rpc/index.js'
import { daemonConf, isInsecure } from './daemon/daemon-conf.js'
import { daemonHelp, masterFlags, parseDaemonArguments } from './daemon/daemon-flags.js'
import { masterHost } from './daemon/daemon-host.js'
import { memoryWarning } from './daemon/daemon-memory.js'
import { openDaemonNetwork } from './daemon/daemon-network.js'
import { bringUp, endSignals, untilSignalled } from './daemon/daemon-process.js'
import { DaemonValues } from './daemon/daemon-values.js'
import { startMasterWeb, startRestWeb } from './daemon/daemon-web.js'
import { logAsDaemon } from './daemon/log-as-daemon.js'
import { keepMasterBlobsClean, openMasterBlobs } from './daemon/master-blobs.js'
import { print, printNote } from './print.js'

const defaultPort = 7077
const stopTimeoutMs = 15_000

/** `firesteel master`: a standalone cluster's master in the foreground. */
export async function masterCommand(argv: readonly string[]): Promise<void> {
  const args = parseDaemonArguments(argv, 'firesteel master', masterFlags)
  if (args.values.has('--help'))
    return print(
      daemonHelp('firesteel master [flags]', "A standalone cluster's master, in the foreground.", masterFlags),
    )
  await bringUp(async () => {
    const { env } = process
    const { conf, warnings } = daemonConf(args, env, 'SPARK_MASTER_OPTS')
    logAsDaemon(conf, [...warnings, memoryWarning(env, process.execArgv), olderName(env)])
    const values = new DaemonValues(args, env)
    const { secret } = clusterSecurity(conf)
    const mayOpen = secret !== undefined || isInsecure(conf)
    const told = values.text('--host', env.SPARK_MASTER_HOST ? 'SPARK_MASTER_HOST' : 'SPARK_MASTER_IP')
    const host = await masterHost({ told, env, mayOpen })
    const port = values.port('--port', 'SPARK_MASTER_PORT') ?? defaultPort
    const webUiPort = values.port('--webui-port', 'SPARK_MASTER_WEBUI_PORT')
    const { rpc, server } = await openDaemonNetwork(conf, { name: 'master', host, port })
    const master = new Master({ conf, rpc, server, recovery: await recoveryMode(conf), secret: secret?.text })
    const blobs = openMasterBlobs(conf, { environment: env, rpc, address: server.bound })
    const place = { conf, env, host: host.bind, publicHost: server.address.host }
    const web = await startMasterWeb(master, { ...place, port: webUiPort })
    const rest = await startRestWeb(master, { ...place, port: undefined, blobs })
    master.webUiUrl = web.url
    master.restUrl = rest?.url
    await master.start()
    const endCleaning = keepMasterBlobsClean(conf, blobs, master)
    untilSignalled({
      name: 'Master',
      signals: endSignals(env),
      timeoutMs: stopTimeoutMs,
      stop: async () => {
        endCleaning()
        await Promise.all([web.close(), rest?.close()])
        await master.stop()
        return 0
      },
    })
    // The last line says that it stands: the scripts of sbin/ wait for it.
    printNote(`web UI ${web.url}`)
    if (rest !== undefined) printNote(`REST ${rest.url}`)
    printNote(`SIGTERM ends it within ${stopTimeoutMs / 1000} s`)
    printNote(`master ${master.url}`)
  })
}

function olderName(env: NodeJS.ProcessEnv): string | undefined {
  return env.SPARK_MASTER_IP
    ? 'SPARK_MASTER_IP is an older name of SPARK_MASTER_HOST, which should be used instead'
    : undefined
}
