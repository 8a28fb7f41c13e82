import type { LaunchUpdate } from '../../common/index.js'

/*
 * What the launcher and the process that it started say to each other, over the channel that Node makes between a process and its child:
 * nobody else can reach it, and no port is opened. The settings of the application come by a variable of the environment, since the command
 * line is open to every user of the machine.
 */

/** The variable: its value is a `LaunchOrder`. */
export const launchVariable = 'FIRESTEEL_LAUNCH'

export interface LaunchOrder {
  readonly conf: Readonly<Record<string, string>>
}

/** From the child. */
export interface UpdateMessage {
  readonly firesteel: 'launch'
  readonly update: LaunchUpdate
}

/** To the child. */
export interface StopMessage {
  readonly firesteel: 'stop'
}

const states: readonly string[] = ['CONNECTED', 'SUBMITTED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED', 'LOST']

/** The program may send messages of its own over the same channel. */
export function isUpdateMessage(message: unknown): message is UpdateMessage {
  const { firesteel, update } = (message ?? {}) as Partial<UpdateMessage>
  if (firesteel !== 'launch' || typeof update !== 'object' || update === null) return false
  const isText = (value: unknown) => value === undefined || typeof value === 'string'
  return states.includes(update.state) && isText(update.appId) && isText(update.message)
}

export function isStopMessage(message: unknown): message is StopMessage {
  return (message as Partial<StopMessage> | null)?.firesteel === 'stop'
}

/** @returns undefined when the text is no order */
export function parseLaunchOrder(text: string): LaunchOrder | undefined {
  try {
    const { conf } = JSON.parse(text) as Partial<LaunchOrder>
    const isSound =
      typeof conf === 'object' && conf !== null && Object.values(conf).every((value) => typeof value === 'string')
    return isSound ? { conf } : undefined
  } catch {
    return undefined
  }
}
