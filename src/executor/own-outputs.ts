import { unlink } from 'node:fs'
import { type PartOffsets, partRange } from '../shuffle/index.js'
import type { ServedPart } from './shuffle-fetch.js'
import type { SlotOutcome, StageBinary, TaskDescription } from './task-message.js'

type ShuffleOutcome = Extract<SlotOutcome, { kind: 'shuffle' }>

interface OwnOutput {
  readonly path: string
  readonly parts: PartOffsets
}

/** The map outputs that this executor wrote: what it serves to others, and removes when a shuffle is forgotten. */
export class OwnOutputs {
  readonly #shuffles = new Map<number, Map<number, OwnOutput>>()
  readonly #removed = new Set<number>()

  add(stage: StageBinary | undefined, task: TaskDescription, outcome: ShuffleOutcome): void {
    const sink = stage?.plan.sink
    if (sink?.kind !== 'shuffle') return
    if (this.#removed.has(sink.shuffleId)) {
      remove(outcome.path)
      return
    }
    let outputs = this.#shuffles.get(sink.shuffleId)
    if (outputs === undefined) {
      outputs = new Map()
      this.#shuffles.set(sink.shuffleId, outputs)
    }
    const earlier = outputs.get(task.partition)
    if (earlier !== undefined && earlier.path !== outcome.path) remove(earlier.path)
    outputs.set(task.partition, { path: outcome.path, parts: outcome.parts })
  }

  part(shuffleId: number, mapId: number, reducePartition: number): ServedPart | undefined {
    const output = this.#shuffles.get(shuffleId)?.get(mapId)
    return output && { path: output.path, ...partRange(output.parts, reducePartition) }
  }

  /** Deletes a shuffle's files, those that come late as well. */
  remove(shuffleId: number): void {
    this.#removed.add(shuffleId)
    if (this.#removed.size > rememberedRemovals) this.#removed.delete(this.#removed.values().next().value as number)
    for (const output of this.#shuffles.get(shuffleId)?.values() ?? []) remove(output.path)
    this.#shuffles.delete(shuffleId)
  }
}

/** Enough for every map task that may still be running, for nobody, when its shuffle is removed. */
const rememberedRemovals = 10_000

/** Best effort: the folder goes with the application anyway. */
function remove(path: string): void {
  unlink(path, () => undefined)
}
