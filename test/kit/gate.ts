import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.js'

/** Holds tasks, in whatever process they run, until the test opens it: marks in a folder. Disposed of at the end of its scope. */
export class Gate {
  readonly folder = mkdtempSync(join(tmpdir(), 'gate-'))

  /** Pids of the processes whose tasks wait here, one for each task. */
  get waiting(): number[] {
    return readdirSync(this.folder).flatMap((name) => (name.startsWith('at-') ? [Number(name.split('-')[1])] : []))
  }

  /** Resolves when this many tasks wait. */
  reached(tasks: number): Promise<number[]> {
    return eventually(`${tasks} tasks at the gate`, () => this.waiting.length >= tasks && this.waiting)
  }

  open(): void {
    writeFileSync(join(this.folder, 'open'), '')
  }

  [Symbol.dispose](): void {
    this.open()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** For tasks: waits at the gate, without ever looking up, for as long as its folder is there. */
export function waitAt(folder: string): void {
  writeFileSync(join(folder, `at-${process.pid}-${Math.random()}`), '')
  const word = new Int32Array(new SharedArrayBuffer(4))
  while (existsSync(folder) && !existsSync(join(folder, 'open'))) Atomics.wait(word, 0, 0, 5)
}

/** For tasks: leaves a mark that says which process it is in. */
export function mark(folder: string): void {
  writeFileSync(join(folder, `at-${process.pid}-${Math.random()}`), '')
}
