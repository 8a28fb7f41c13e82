import { readdirSync, readFileSync } from 'node:fs'

const PAGE_BYTES = 4096
const TICKS_PER_SECOND = 100 // USER_HZ, which Linux reports to user space on every architecture

/** Whether this system has the /proc from which cpu time and memory are read. */
export const measuresTrees = process.platform === 'linux'

/** The environment variable by which `adopt` knows the processes of a run. */
export const RUN_MARK = 'FIRESTEEL_BENCH_RUN'

/**
 * Watches a process, its descendants, and whatever shares its session. The root must have been started in a session of its
 * own (`detached`), so that a child is found even after the process that started it has gone.
 */
export class ProcessTree {
  #root
  #cpuTicks = new Map()
  #members = new Set()
  peakBytes = 0

  constructor(root) {
    this.#root = root
  }

  /** Sum of the last cpu times seen of all members ever, in seconds. */
  get cpuSeconds() {
    let ticks = 0
    for (const own of this.#cpuTicks.values()) ticks += own
    return ticks / TICKS_PER_SECOND
  }

  /** Takes one sample and returns the number of members alive. */
  sample() {
    const alive = this.#alive()
    let pages = 0
    for (const stat of alive) {
      this.#cpuTicks.set(stat.key, stat.ticks)
      pages += stat.pages
    }
    this.peakBytes = Math.max(this.peakBytes, pages * PAGE_BYTES)
    return alive.length
  }

  /** Finds descendants that left the session and lost their parent between two samples, by the mark they inherited. */
  adopt(mark) {
    for (const stat of readStats()) {
      if (environmentOf(stat.pid).split('\0').includes(`${RUN_MARK}=${mark}`)) this.#members.add(stat.key)
    }
  }

  kill(signal) {
    for (const { pid } of this.#alive()) {
      try {
        process.kill(pid, signal)
      } catch (error) {
        if (error.code !== 'ESRCH') throw error
      }
    }
  }

  #alive() {
    const stats = readStats()
    const members = new Map()
    for (const stat of stats) {
      if (stat.pid === this.#root || stat.session === this.#root || this.#members.has(stat.key))
        members.set(stat.pid, stat)
    }
    for (let before = -1; before !== members.size; ) {
      before = members.size
      for (const stat of stats) if (members.has(stat.parent)) members.set(stat.pid, stat)
    }
    for (const stat of members.values()) this.#members.add(stat.key)
    return [...members.values()]
  }
}

/** Cpu time of the ended and reaped children of this process, and of theirs, in seconds. */
export function reapedCpuSeconds() {
  const fields = fieldsOf(readFileSync('/proc/self/stat', 'latin1'))
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
}

function readStats() {
  return readdirSync('/proc')
    .filter((name) => name >= '0' && name <= ':')
    .map(readStat)
    .filter((stat) => stat !== undefined && stat.state !== 'Z')
}

function environmentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return '' // it has just ended, or belongs to somebody else
  }
}

/** See proc_pid_stat(5); undefined when the process has just ended. */
function readStat(pid) {
  let text
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  const fields = fieldsOf(text)
  return {
    pid: Number(pid),
    key: `${pid} ${fields[19]}`,
    state: fields[0],
    parent: Number(fields[1]),
    session: Number(fields[3]),
    ticks: Number(fields[11]) + Number(fields[12]),
    pages: Number(fields[21]),
  }
}

/** The fields after the command's name, which may itself hold spaces and brackets; the first is the state. */
const fieldsOf = (text) => text.slice(text.lastIndexOf(')') + 2).split(' ')
