import type { ModelProcess } from './model-process.js'
import type { ModelWorker } from './model-worker.js'

/** No worker is given more than it has, as it sees it itself, nor the same thing twice, nor orders of an older leader after those of a newer. */
export class WorkerCheck {
  readonly #ordered = new Set<string>()
  readonly #epochs = new Map<string, number>()

  /** A master has sent the order to launch this executor. */
  ordered(key: string): void {
    if (this.#ordered.has(key)) throw new Error(`executor ${key} was launched twice`)
    this.#ordered.add(key)
  }

  obeys(worker: ModelWorker, epoch: number): void {
    const last = this.#epochs.get(worker.name) ?? 0
    if (epoch < last) throw new Error(`${worker.name} obeys epoch ${epoch} after ${last}`)
    this.#epochs.set(worker.name, epoch)
  }

  /** Before it runs. */
  launching(worker: ModelWorker, process: ModelProcess): void {
    const all = [...worker.running, process]
    const { cores, memoryMiB, resources } = worker.shape
    if (worker.processes.has(process.key)) throw new Error(`${worker.name} runs ${process.key} already`)
    if (sum(all, (each) => each.report.cores) > cores) throw this.#tooMuch(worker, process, 'cores')
    if (sum(all, (each) => each.report.memoryMiB) > memoryMiB) throw this.#tooMuch(worker, process, 'memory')
    for (const name of Object.keys(resources)) {
      const used = all.flatMap(({ report }) => report.resources[name] ?? [])
      if (new Set(used).size < used.length) throw this.#tooMuch(worker, process, name)
      if (used.some((address) => resources[name]?.includes(address) !== true)) {
        throw new Error(`${worker.name} has no ${name} ${used.join(', ')}`)
      }
    }
  }

  #tooMuch(worker: ModelWorker, process: ModelProcess, what: string): Error {
    const running = worker.running.map(({ key }) => key).join(', ')
    return new Error(`${worker.name} runs ${running} and has not the ${what} for ${process.key}`)
  }
}

function sum(all: readonly ModelProcess[], amount: (process: ModelProcess) => number): number {
  return all.reduce((total, process) => total + amount(process), 0)
}
