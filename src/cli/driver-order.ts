import { getLogger } from '../common/log/index.js'
import { describeState } from './follow-driver.js'
import { print, printNote } from './print.js'
import type { DriverRequest } from './submit-arguments.js'
import { openSubmitClient } from './submit-client.js'

/** `--kill ID` and `--status ID`; exit code 1 when there is no such driver or it cannot be killed any more. */
export async function orderDriver({ action, driverId, conf, warnings }: DriverRequest): Promise<void> {
  for (const warning of warnings) getLogger('SparkSubmit').warn(warning)
  const { client } = await openSubmitClient(conf)
  try {
    if (action === 'kill') {
      const { success, message } = await client.kill(driverId)
      if (success) print(message)
      else fail(message)
      return
    }
    const status = await client.status(driverId)
    if (status.found) for (const line of describeState(status)) print(line)
    else fail(status.message ?? `Driver ${driverId} does not exist`)
  } finally {
    await client.close()
  }
}

function fail(message: string): void {
  printNote(`Error: ${message}`)
  process.exitCode = 1
}
