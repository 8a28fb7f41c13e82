import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryPool, TaskMemory } from '../memory/index.js'
import { compressionCodec, decodeBatch, decodeValue, encodeBatch } from '../serializer/index.js'
import type { ShuffleFileInfo, ShuffleSource } from '../shuffle/index.js'
import {
  type FunctionRef,
  makeBuiltin,
  newTaskMetrics,
  type PlanNode,
  runTask,
  type SinkSpec,
  StageCode,
  type UserFunction,
} from './index.js'

/** Runs plans on this thread, with functions as they are: everything of a task but its executor. */
export class PlanRunner {
  readonly #folder = mkdtempSync(join(tmpdir(), 'firesteel-plan-'))
  readonly #functions: UserFunction[] = []
  readonly #blocks = new Map<string, readonly Uint8Array[]>()
  readonly #outputs = new Map<number, ShuffleFileInfo[]>()
  #files = 0

  /** A function as a plan names it. */
  fn(f: UserFunction): FunctionRef {
    return { closure: String(this.#functions.push(f) - 1) }
  }

  /** One task over values; nodes after the first read the one before them. */
  async run(values: readonly unknown[], operators: readonly PlanNode['operator'][], sink: SinkSpec): Promise<unknown> {
    const nodes: PlanNode[] = [{ operator: { op: 'values' }, inputs: [] }]
    for (const operator of operators) nodes.push({ operator, inputs: [nodes.length - 1] })
    return this.runNodes(nodes, sink, { values })
  }

  async runNodes(
    nodes: readonly PlanNode[],
    sink: SinkSpec,
    options: { values?: readonly unknown[]; partition?: number } = {},
  ): Promise<unknown> {
    const partition = options.partition ?? 0
    const tree = { index: partition, attachment: options.values === undefined ? undefined : 0 }
    const plan = { nodes, root: nodes.length - 1, sink, shuffles: [] }
    const memory = new TaskMemory({ pool: MemoryPool.create({ totalBytes: 64 * 1048576 }) })
    const code = new StageCode('test', false)
    try {
      const output = await runTask(plan, tree, code, {
        partition,
        functionOf: (ref) => this.#resolve(ref, partition, code.isAsync),
        attachment: () => encodeBatch(options.values ?? []),
        shuffleSources: (shuffleId, reduce) => this.#sources(shuffleId, reduce),
        fetch: () => [],
        blocks: {
          get: (block) => this.#blocks.get(block),
          put: (block, _level, batches) => this.#blocks.set(block, batches) !== undefined,
        },
        memory,
        spillDir: this.#folder,
        codec: compressionCodec('none'),
        spillCodec: compressionCodec('none'),
        environment: {},
        shuffleFile: (id) => join(this.#folder, `shuffle-${id}-${this.#files++}`),
        tick: () => undefined,
        metrics: newTaskMetrics(),
      })
      switch (output.kind) {
        case 'batches':
          return output.batches.flatMap((bytes) => decodeBatch(bytes))
        case 'value':
          return decodeValue(output.bytes)
        case 'count':
          return output.count
        case 'shuffle': {
          const { shuffleId } = sink as Extract<SinkSpec, { kind: 'shuffle' }>
          const outputs = this.#outputs.get(shuffleId) ?? []
          outputs.push(output.file)
          this.#outputs.set(shuffleId, outputs)
          return output.file
        }
      }
    } finally {
      memory.close()
    }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true })
    mkdirSync(join(this.#folder, '..'), { recursive: true })
  }

  #resolve(ref: FunctionRef, partition: number, isAsync: boolean): UserFunction {
    if ('closure' in ref) return this.#functions[Number(ref.closure)] as UserFunction
    const functions = (ref.functions ?? []).map((inner) => this.#resolve(inner, partition, isAsync))
    const context = {
      partition,
      stageId: 0,
      attemptNumber: 0,
      taskId: 0,
      isAsync,
      wrote: () => undefined,
      canCommit: () => true,
    }
    return makeBuiltin(ref.builtin, ref.args, functions, context)
  }

  #sources(shuffleId: number, reduce: number): ShuffleSource[] {
    return (this.#outputs.get(shuffleId) ?? []).map((file, mapId) => {
      const offset = file.lengths.slice(0, reduce).reduce((a, b) => a + b, 0)
      const range = { offset, length: file.lengths[reduce] as number }
      return { kind: 'local', mapId, executorId: '0', path: file.path, range }
    })
  }
}
