import type { LogPart } from '../deploy/worker/index.js'

/** Reads up to `bytes` before `end` (the end of the log unless given); undefined when there is no such log. As `WorkerService.readLog`. */
export type ReadLog = (range: { readonly end?: number; readonly bytes: number }) => Promise<LogPart | undefined>

/** Without the colours of a terminal and what no page can show. */
export function printable(text: string): string {
  return text.replace(colours, '').replace(controls, '\ufffd')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const colours = /\u001b\[[0-9;?]*[A-Za-z]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g
