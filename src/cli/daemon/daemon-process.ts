import { FiresteelError } from '../../common/errors/index.js'
import { getLogger } from '../../common/log/index.js'
import { printRefusal } from '../print.js'

/** What a daemon in the foreground ends by; one in the background outlives the terminal that started it. */
export function endSignals(env: Readonly<Record<string, string | undefined>>): readonly NodeJS.Signals[] {
  return env.SPARK_DAEMON_LOG === undefined ? ['SIGTERM', 'SIGINT', 'SIGHUP'] : ['SIGTERM', 'SIGINT']
}

/** Brings a daemon up. One that cannot be says why and ends with exit code 2, whatever of it stands already. */
export async function bringUp(start: () => Promise<void>): Promise<void> {
  try {
    await start()
  } catch (error) {
    if (!(error instanceof FiresteelError)) throw error
    printRefusal(error)
    process.exit(2)
  }
}

export interface SignalOptions {
  /** Name in the log. */
  readonly name: string
  readonly signals: readonly NodeJS.Signals[]
  /** After this long it ends, ready or not. */
  readonly timeoutMs: number
  /** Resolves with the exit code. */
  readonly stop: () => Promise<number>
}

/** Runs a daemon until a signal asks it to end; a second one ends it at once. */
export function untilSignalled({ name, signals, timeoutMs, stop }: SignalOptions): void {
  const log = getLogger(name)
  let isStopping = false
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(130)
    isStopping = true
    log.info(`${signal}: stopping`)
    setTimeout(() => {
      log.error(`it could not stop in ${timeoutMs / 1000} s and is given up`)
      process.exit(1)
    }, timeoutMs).unref()
    stop().then(
      (code) => process.exit(code),
      (error: unknown) => {
        log.error('stopping failed', { error })
        process.exit(1)
      },
    )
  }
  for (const signal of signals) process.on(signal, onSignal)
}
