import { type LaunchUpdate, setLaunchHook } from '../../common/index.js'
import { isStopMessage, type LaunchOrder, parseLaunchOrder, type UpdateMessage } from './launch-messages.js'
import { StopSwitch } from './stop-switch.js'

/** The channel that Node opens to the process's parent, where there is one. */
export interface ParentChannel {
  send?: ((message: UpdateMessage, callback: (error: Error | null) => void) => unknown) | undefined
  on(event: 'message', listener: (message: unknown) => void): unknown
  readonly channel?: { unref(): void } | null | undefined
}

/**
 * The launched side: tells the launcher what becomes of the application, and stops it when asked to. An application goes on when its launcher
 * has gone.
 *
 * @param order value of the variable `FIRESTEEL_LAUNCH`
 * @returns what the launcher orders; undefined when this process was not launched
 */
export function openLaunchChannel(order: string | undefined, channel: ParentChannel): LaunchOrder | undefined {
  const parsed = order === undefined || channel.send === undefined ? undefined : parseLaunchOrder(order)
  if (parsed === undefined) return undefined
  const stops = new StopSwitch()
  const report = (update: LaunchUpdate): void => {
    // Whoever has gone needs no news.
    channel.send?.({ firesteel: 'launch', update }, () => {})
  }
  channel.on('message', (message) => {
    if (isStopMessage(message)) void stops.stop()
  })
  // To listen must not keep the process alive.
  channel.channel?.unref()
  setLaunchHook({ report, onStop: (stop) => stops.add(stop) })
  report({ state: 'CONNECTED' })
  return parsed
}
