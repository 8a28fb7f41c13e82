import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Tells a process from all others, as far as the system allows: a pid alone comes again, and means nothing on another machine. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** Installation of the machine's system, '' where none is told. */
  readonly machine: string
  /** Start of the system and namespace of pids: within one of them pids can be looked up. '' where none is told. */
  readonly pidSpace: string
  /** When the process started, in the system's own measure, '' where none is told. */
  readonly started: string
}

export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    host: hostname(),
    machine: machineId(),
    pidSpace: pidSpace(),
    started: startOf(process.pid),
  }
}

/** Whether a process has ended for certain, as seen from this one. Undefined when that cannot be told from here. */
export function hasEnded(other: ProcessIdentity, own: ProcessIdentity): boolean | undefined {
  const isSameSystem =
    own.pidSpace === '' ? other.pidSpace === '' && other.host === own.host : other.pidSpace === own.pidSpace
  if (isSameSystem) return !isRunning(other)
  // The same machine, started anew: all of its processes are gone. In a container nothing is said of that.
  const isSameMachine = own.machine !== '' && other.machine === own.machine && other.host === own.host
  return isSameMachine && bootOf(other) !== bootOf(own) ? true : undefined
}

function isRunning({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Not permitted means that there is one.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return started === '' || startOf(pid) === started
}

const bootOf = ({ pidSpace }: ProcessIdentity) => pidSpace.split('/')[0]

function machineId(): string {
  return readText('/etc/machine-id')
}

function pidSpace(): string {
  const boot = readText('/proc/sys/kernel/random/boot_id')
  if (boot === '') return ''
  try {
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return ''
  }
}

/** Field 22 of its line: ticks from the system's start to the process's. A zombie has ended, whatever its parent is waiting for. */
function startOf(pid: number): string {
  const line = readText(`/proc/${pid}/stat`)
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '')
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
