import { getLogger } from '../../common/log/index.js'

const stopTimeoutMs = 15_000

/** Runs a daemon until a signal asks it to end; a second one ends it at once. */
export function untilSignalled(name: string, stop: () => Promise<void>): void {
  const log = getLogger(name)
  let isStopping = false
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(130)
    isStopping = true
    log.info(`${signal}: stopping`)
    setTimeout(() => process.exit(1), stopTimeoutMs).unref()
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('stopping failed', { error })
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal)
}
