import {
  findDefaultsFile,
  JARS_FOLDERS,
  readPropertiesFile,
  type SourcedSettings,
  setSubmittedConf,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { launchHook } from '../common/index.js'
import { getLogger } from '../common/log/index.js'
import { describeFailure, prepareApplication, runApplication } from '../deploy/submit/index.js'
import { describeRequest } from './describe-request.js'
import { exitDespiteStuckTasks } from './exit-despite-stuck-tasks.js'
import { launchWords } from './launch-order.js'
import { print, printNote } from './print.js'
import { parseSubmitArguments, type SubmitRequest } from './submit-arguments.js'
import { submitHelp } from './submit-help.js'
import { versionText } from './version-text.js'

/** `firesteel submit`: resolves the command line and runs the application in this process. */
export async function submitCommand(argv: readonly string[]): Promise<void> {
  const request = parseSubmitArguments([...launchWords(), ...argv], {
    seenWords: argv,
    environment: process.env,
    readProperties: readPropertiesFile,
    defaultsFile: findDefaultsFile(process.env),
  })
  if (request.action === 'help') print(submitHelp())
  else if (request.action === 'version') print(versionText())
  else if (request.action !== 'run') await (await import('./driver-order.js')).orderDriver(request)
  else if (request.deployMode === 'cluster') await (await import('./cluster-submit.js')).submitToCluster(request)
  else await run(request)
}

async function run(request: SubmitRequest): Promise<void> {
  if (request.verbose) printNote(describeRequest(request))
  const log = getLogger('SparkSubmit')
  for (const warning of request.warnings) log.warn(warning)
  const prepared = await prepareApplication(request)
  setSubmittedConf(withFolders(request.conf, prepared.moduleFolders))
  exitDespiteStuckTasks()
  try {
    await runApplication(prepared, request)
  } catch (error) {
    if (FiresteelError.is(error, 'FS_SUBMIT_CLASS')) throw error
    printNote(describeFailure(error))
    launchHook()?.report({ state: 'FAILED', message: error instanceof Error ? error.message : String(error) })
    process.exit(1)
  }
}

/** Executors import what was installed for the application, too. */
function withFolders(conf: SourcedSettings, folders: readonly string[]): SourcedSettings {
  if (folders.length === 0) return conf
  return new Map(conf).set(JARS_FOLDERS.key, { value: folders.join(','), source: { kind: 'default' } })
}
