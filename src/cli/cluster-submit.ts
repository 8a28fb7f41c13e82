import { STANDALONE_SUBMIT_WAIT, SUBMIT_ALLOW_NATIVE_MODULES, SUBMIT_PLATFORM } from '../common/conf/index.js'
import { formatBytes, launchHook } from '../common/index.js'
import { getLogger } from '../common/log/index.js'
import { type PreparedClusterApplication, prepareClusterApplication } from '../deploy/submit/index.js'
import { describeRequest } from './describe-request.js'
import { driverEnvironment } from './driver-environment.js'
import { describeState, followDriver } from './follow-driver.js'
import { print, printNote } from './print.js'
import type { SubmitRequest } from './submit-arguments.js'
import { openSubmitClient } from './submit-client.js'

/**
 * Cluster deploy mode: hands the application to the cluster and prints the id that it has there, the only line on standard output. Ends then,
 * or with the driver when `spark.standalone.submit.waitAppCompletion` is set.
 */
export async function submitToCluster(request: SubmitRequest): Promise<void> {
  if (request.verbose) printNote(describeRequest(request))
  for (const warning of request.warnings) getLogger('SparkSubmit').warn(warning)
  const { client, conf } = await openSubmitClient(request.conf)
  try {
    const prepared = await prepareClusterApplication({
      ...request,
      allowNative: conf.get(SUBMIT_ALLOW_NATIVE_MODULES),
    })
    if (request.verbose) printNote(describeContents(prepared))
    if (prepared.platform !== undefined) conf.set(SUBMIT_PLATFORM, prepared.platform)
    const { main, jars, files, archives, packages } = prepared
    const { id, message } = await client.submit({
      name: conf.get('spark.app.name', request.application),
      main,
      args: request.args,
      className: request.className,
      jars,
      files,
      archives,
      packages,
      conf,
      environment: driverEnvironment(process.env),
    })
    print(id)
    printNote(message)
    launchHook()?.onStop(() => client.kill(id))
    const status = await client.status(id)
    for (const line of describeState(status)) printNote(line)
    if (conf.get(STANDALONE_SUBMIT_WAIT)) process.exitCode = await followDriver(client, status, printNote)
  } finally {
    await client.close()
  }
}

/** What travels, largest first within each kind. */
function describeContents({ contents }: PreparedClusterApplication): string {
  const total = contents.reduce((sum, { bytes }) => sum + bytes, 0)
  const kinds = [...new Set(contents.map(({ kind }) => kind))]
  const sorted = kinds.flatMap((kind) =>
    contents.filter((one) => one.kind === kind).sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)),
  )
  const lines = sorted.map(({ kind, name, bytes }) => `  ${kind.padEnd(12)}${formatBytes(bytes).padStart(10)}  ${name}`)
  return [`Contents: ${contents.length} files, ${formatBytes(total)}`, ...lines].join('\n')
}
