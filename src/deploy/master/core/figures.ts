import { formatBytes } from '../../../common/index.js'

const mib = 1024 * 1024

export function formatMiB(memoryMiB: number): string {
  return formatBytes(memoryMiB * mib)
}

export function formatMs(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`
}

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
