import { FiresteelError } from '../common/errors/index.js'
import { clusterSecurity } from '../rpc/index.js'
import { webToken } from '../web/index.js'
import { daemonConf } from './daemon/daemon-conf.js'
import { daemonHelp, masterFlags, parseDaemonArguments } from './daemon/daemon-flags.js'
import { print } from './print.js'

const flags = masterFlags.filter(({ name }) => name === '--properties-file' || name === '--help')

/**
 * `firesteel web-token`: prints what a browser or a program shows to change something on a cluster's pages.
 *
 * @throws FS_WEB_NO_SECRET
 */
export async function webTokenCommand(argv: readonly string[]): Promise<void> {
  const args = parseDaemonArguments(argv, 'firesteel web-token', flags)
  if (args.values.has('--help')) {
    print(daemonHelp('firesteel web-token [flags]', "Prints the web token, made from the cluster's secret.", flags))
    return
  }
  const { secret } = clusterSecurity(daemonConf(args, process.env, 'SPARK_MASTER_OPTS').conf)
  if (secret === undefined) throw new FiresteelError('FS_WEB_NO_SECRET')
  print(await webToken(secret))
}
