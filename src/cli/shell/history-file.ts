import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const path = () => join(homedir(), '.firesteel_history')

/** Lines kept between sessions. */
export const historySize = 1000

/** What was typed in earlier sessions, the latest first; empty when there is nothing to read. */
export function readHistory(): string[] {
  if (!existsSync(path())) return []
  try {
    return readFileSync(path(), 'utf8').split('\n').filter(Boolean).slice(0, historySize)
  } catch {
    return [] // a history that cannot be read is as good as none
  }
}

/** Keeps the latest lines, readable by their author only. */
export function writeHistory(lines: readonly string[]): void {
  try {
    writeFileSync(path(), `${lines.slice(0, historySize).join('\n')}\n`, { mode: 0o600 })
    chmodSync(path(), 0o600)
  } catch {
    // a home that cannot be written to is no reason to end with an error
  }
}
