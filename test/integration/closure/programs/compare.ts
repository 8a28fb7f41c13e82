import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { callSite, capture } from '../../../../src/closure/index.js'
import { outcome } from './outcome.js'

export interface Case {
  readonly name: string
  readonly fn: (...args: never[]) => unknown
  readonly args: readonly unknown[]
  readonly refused?: { readonly code: string; readonly path?: string }
}

/** Captures each case here and calls it in a thread and in a process; gives a line for each that differs. */
export async function compare(
  cases: readonly Case[],
  receiver: string,
  { areNamesLost = false } = {},
): Promise<string[]> {
  const thread = new Worker(receiver)
  const child = fork(receiver, [], { execArgv: [], serialization: 'advanced' })
  try {
    const differences: string[] = []
    for (const one of cases) {
      const found = one.refused ? expectRefusal(one, areNamesLost) : await compareOne(one, thread, child)
      if (found !== undefined) differences.push(`${one.name}: ${found}`)
    }
    return differences
  } finally {
    child.disconnect()
    await thread.terminate()
  }
}

function expectRefusal({ fn, refused }: Case, areNamesLost: boolean): string | undefined {
  try {
    capture(fn, { site: callSite('map') })
  } catch (error) {
    const { code, details } = error as { code?: string; details?: { path?: string } }
    const shown = (path = ''): string => (areNamesLost ? path.replace(/^[^ ]+/, '') : path)
    const isExpected = code === refused?.code && (!refused?.path || shown(details?.path) === shown(refused.path))
    return isExpected ? undefined : `refused otherwise: ${String(error)}`
  }
  return `not refused with ${refused?.code}`
}

async function compareOne({ fn, args }: Case, thread: Worker, child: ChildProcess): Promise<string | undefined> {
  let bytes: Uint8Array
  try {
    bytes = capture(fn, { site: callSite('map') }).bytes
  } catch (error) {
    return `refused: ${(error as Error).stack}`
  }
  const expected = await outcome(fn, args)
  thread.postMessage({ bytes, args })
  child.send({ bytes, args })
  const [[inThread], [inProcess]] = await Promise.all([once(thread, 'message'), once(child, 'message')])
  if (inThread !== expected) return `expected ${expected}, got ${inThread} in a thread`
  return inProcess === expected ? undefined : `expected ${expected}, got ${inProcess} in a process`
}
