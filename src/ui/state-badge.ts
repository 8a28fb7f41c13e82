import { type Html, html } from './markup.js'

const tones: Readonly<Record<string, 'good' | 'busy' | 'bad'>> = {
  ALIVE: 'good',
  RUNNING: 'good',
  FINISHED: 'good',
  EXITED: 'good',
  WAITING: 'busy',
  SUBMITTED: 'busy',
  LAUNCHING: 'busy',
  RELAUNCHING: 'busy',
  RECOVERING: 'busy',
  COMPLETING_RECOVERY: 'busy',
  STANDBY: 'busy',
  DECOMMISSIONED: 'busy',
  DEAD: 'bad',
  FAILED: 'bad',
  LOST: 'bad',
  ERROR: 'bad',
}

/** A state in words; colour only repeats what the word says. */
export function stateBadge(state: string): Html {
  return html`<span class="state ${tones[state] ?? 'plain'}">${state}</span>`
}
