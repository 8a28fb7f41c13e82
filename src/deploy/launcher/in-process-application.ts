import { resolve } from 'node:path'
import {
  APP_NAME,
  ARCHIVES,
  FILES,
  findDefaultsFile,
  JARS,
  JARS_FOLDERS,
  JARS_PACKAGES,
  MASTER,
  readPropertiesFile,
  type SourcedSettings,
  type SourcedValue,
  SparkConf,
  setSubmittedConf,
} from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { type LaunchUpdate, setLaunchHook } from '../../common/index.js'
import { prepareApplication, runApplication } from '../submit/index.js'
import { checkOptions, type LaunchSettings } from './launch-options.js'
import { isFinalLaunchState, type LaunchResult } from './launch-state.js'
import { ApplicationHandle, type LaunchedApplication } from './launched-application.js'
import { StopSwitch } from './stop-switch.js'
import { keepArguments, ownEnvironment } from './surroundings.js'

let isBusy = false
let launches = 0

/** `launchInProcess`, which says what it does. */
export async function startInProcess(application: string, options: LaunchSettings = {}): Promise<LaunchedApplication> {
  checkOptions(options, 'inProcess')
  options.signal?.throwIfAborted()
  if (isBusy) throw new FiresteelError('FS_LAUNCHER_BUSY', { application })
  isBusy = true
  try {
    const conf = settingsOf(application, options)
    const checked = new SparkConf(false).merge(conf)
    checked.check()
    const prepared = await prepareApplication({
      application,
      jars: checked.get(JARS),
      packages: checked.get(JARS_PACKAGES),
    })
    const folders = prepared.moduleFolders.join(',')
    setSubmittedConf(folders === '' ? conf : new Map(conf).set(JARS_FOLDERS.key, fromLauncher(folders)))
    const url = options.className === undefined ? `${prepared.url}?launch=${++launches}` : prepared.url
    return new InProcessApplication(
      () => runApplication({ ...prepared, url }, { args: [], ...options }),
      options.signal,
    )
  } catch (error) {
    isBusy = false
    throw error
  }
}

const fromLauncher = (value: string): SourcedValue => ({ value, source: { kind: 'flag', flag: 'the launcher' } })

/** From the weakest to the strongest: defaults, `spark-defaults.conf`, the options. */
function settingsOf(application: string, options: LaunchSettings): SourcedSettings {
  const defaultsFile = findDefaultsFile(ownEnvironment())
  const settings = new Map<string, SourcedValue>([
    [MASTER.key, { value: 'local[*]', source: { kind: 'default' } }],
    [APP_NAME.key, { value: resolve(application), source: { kind: 'default' } }],
    ...(defaultsFile === undefined ? [] : readPropertiesFile(defaultsFile)),
  ])
  for (const [key, value] of Object.entries(options.conf ?? {})) settings.set(key, fromLauncher(String(value)))
  const flags: (readonly [key: string, value: string | undefined])[] = [
    [MASTER.key, options.master],
    [APP_NAME.key, options.name],
    [FILES.key, options.files?.join(',')],
    [JARS.key, options.jars?.join(',')],
    [ARCHIVES.key, options.archives?.join(',')],
    [JARS_PACKAGES.key, options.packages?.join(',')],
  ]
  for (const [key, value] of flags) if (value !== undefined) settings.set(key, fromLauncher(value))
  return settings
}

class InProcessApplication extends ApplicationHandle {
  readonly pid = process.pid
  readonly #stops = new StopSwitch()
  #isEnding = false

  constructor(run: () => Promise<void>, signal: AbortSignal | undefined) {
    super()
    const kill = () => void this.kill()
    signal?.addEventListener('abort', kill, { once: true })
    setLaunchHook({ report: (update) => this.#hear(update), onStop: (stop) => this.#stops.add(stop) })
    this.advance({ state: 'CONNECTED' })
    const restoreArguments = keepArguments()
    void this.#follow(run, () => {
      signal?.removeEventListener('abort', kill)
      restoreArguments()
      setLaunchHook(undefined)
      setSubmittedConf(undefined)
      isBusy = false
    })
  }

  stop(): Promise<LaunchResult> {
    if (isFinalLaunchState(this.state)) return this.result
    this.#isEnding = true
    void this.#stops.stop()
    return this.result
  }

  /** Code of this process cannot be ended by force: it is asked to. */
  kill(): Promise<LaunchResult> {
    return this.stop()
  }

  async #follow(run: () => Promise<void>, restore: () => void): Promise<void> {
    let result: LaunchResult = { state: 'FINISHED' }
    try {
      await run()
    } catch (error) {
      result = { state: 'FAILED', message: error instanceof Error ? error.message : String(error) }
    }
    const wasEnding = this.#isEnding
    await this.#stops.stop()
    // Whoever waits for the result finds this process as it was.
    restore()
    this.finish(wasEnding ? { state: 'KILLED' } : result)
  }

  #hear(update: LaunchUpdate): void {
    if (!isFinalLaunchState(update.state)) this.advance(update)
  }
}
