import type { LaunchSettings } from './launch-options.js'
import type { LaunchedApplication } from './launched-application.js'

/**
 * Runs an application in this process, one at a time, and resolves when it begins: no process to start, but it shares this one's memory,
 * environment, working directory and event loop, and ends it when it calls `process.exit`. Give it a `className`: a module that runs by
 * being loaded is loaded anew each time, and the ones before it stay in memory. It has ended when the export's promise, or the loading of
 * the module, has settled; a context that it left running is stopped then.
 *
 * @throws FS_LAUNCHER_OPTION, FS_LAUNCHER_BUSY, FS_CONF_VALUE, FS_CONF_FILE, what prepares an application, the signal's reason
 */
export async function launchInProcess(application: string, options: LaunchSettings = {}): Promise<LaunchedApplication> {
  // Whoever launches processes only need not load what runs applications.
  const { startInProcess } = await import('./in-process-application.js')
  return startInProcess(application, options)
}
