import { launchVariable, openLaunchChannel } from '../deploy/launcher/index.js'

/**
 * The settings of whoever launched this process by the launcher library, as words of a command line; none when nobody did. What this process
 * starts in turn was not launched by the same.
 */
export function launchWords(): string[] {
  const order = openLaunchChannel(process.env[launchVariable], process)
  delete process.env[launchVariable]
  return Object.entries(order?.conf ?? {}).flatMap(([key, value]) => ['--conf', `${key}=${value}`])
}
