import {
  JARS_FOLDERS,
  LOG_LEVEL,
  LOG_STRUCTURED,
  SparkConf,
  SUBMIT_PLATFORM,
  setSubmittedConf,
} from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { configureLogging, describeError, terminal } from '../../common/log/index.js'
import { describeFailure, prepareApplication, runApplication } from '../submit/index.js'
import type { DriverLaunchData } from './driver-launch.js'

/** Runs a submitted application in this process, as submit would; its exit code is the process's own. */
export async function runDriver(launch: DriverLaunchData): Promise<void> {
  try {
    const conf = new SparkConf(false).setAll(launch.settings)
    configureLogging({ level: conf.get(LOG_LEVEL), structured: conf.get(LOG_STRUCTURED) })
    checkPlatform(conf.get(SUBMIT_PLATFORM))
    const { application, jars, moduleFolders, args, className } = launch
    const prepared = await prepareApplication({ application, jars, moduleFolders })
    if (prepared.moduleFolders.length > 0) conf.set(JARS_FOLDERS, prepared.moduleFolders)
    setSubmittedConf(sourced(conf))
    await runApplication(prepared, { args, className })
  } catch (error) {
    const isRefusal = error instanceof FiresteelError && error.code.startsWith('FS_SUBMIT_')
    terminal().writeLine(isRefusal ? describeError(error) : describeFailure(error))
    process.exit(1)
  }
}

/** Native code runs on the platform that it was built for only. */
function checkPlatform(wanted: string | undefined): void {
  const found = `${process.platform}-${process.arch}`
  if (wanted !== undefined && wanted !== found) throw new FiresteelError('FS_SUBMIT_PLATFORM', { wanted, found })
}

/** As if they had been flags of submit: stronger than files, weaker than the program. */
function sourced(conf: SparkConf): Parameters<typeof setSubmittedConf>[0] {
  const source = { kind: 'flag', flag: 'the submission' } as const
  return new Map(conf.getAll().map(([key, value]) => [key, { value, source }]))
}
