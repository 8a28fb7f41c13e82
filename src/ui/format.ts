import { formatBytes } from '../common/index.js'
import { type Html, html } from './markup.js'

/** `7 s`, `5 min 3 s`, `2 h 10 min`, `3 d 4 h`. assets/pages/live.js has the same, to let it run on. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600), Math.floor(seconds / 60)]
  if (days > 0) return `${days} d ${hours % 24} h`
  if (hours > 0) return `${hours} h ${minutes % 60} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}

/** How long ago, with the exact time for those who point at it and for programs. */
export function ago(at: number, now: number): Html {
  const exact = new Date(at).toISOString()
  return html`<time datetime="${exact}" title="${exactTime(at)}" data-ago="${at}">${duration(now - at)} ago</time>`
}

/** How long something has been going on, or went on. */
export function span(from: number | undefined, to: number | undefined, now: number): Html {
  if (from === undefined) return html`–`
  return to === undefined
    ? html`<span data-since="${from}">${duration(now - from)}</span>`
    : html`${duration(to - from)}`
}

/** Texts that run on with the clock, taken out: two renderings that differ by them alone are the same. */
export function withoutRunningTimes(markup: string): string {
  return markup.replace(/(data-(?:since|ago)="\d+">)[^<]*/g, '$1')
}

export const exactTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`

export const mebibytes = (value: number): string => formatBytes(value * 2 ** 20)

/** `gpu: 0, 1` of addresses, `gpu: 2` of amounts; a dash when there are none. */
export function resourceList(resources: Readonly<Record<string, readonly string[] | number>>): string {
  const texts = Object.entries(resources).map(
    ([name, value]) => `${name}: ${typeof value === 'number' ? value : value.join(', ')}`,
  )
  return texts.join('; ') || '–'
}

/** Count with its noun: `1 core`, `3 cores`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
