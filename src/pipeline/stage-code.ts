import { type SegmentShape, segmentFactory } from './segment-code.js'

/** The generated code of one stage on one thread. Made at first use, kept as long as the stage. */
export class StageCode {
  /** Set once a user function turned out to be asynchronous; later tasks of the stage then start in that form. */
  isAsync: boolean
  readonly #tag: string
  readonly #segments = new Map<string, ReturnType<typeof segmentFactory>>()

  constructor(tag: string, isAsync: boolean) {
    this.#tag = tag
    this.isAsync = isAsync
  }

  segment(node: number, shape: SegmentShape): ReturnType<typeof segmentFactory> {
    const key = `${node}|${shape.pairsIn}|${shape.isAsync}|${shape.hasLimit}|${shape.isPull ?? false}|${JSON.stringify(shape.sink)}`
    let factory = this.#segments.get(key)
    if (factory === undefined) {
      factory = segmentFactory(shape, `${this.#tag} node ${node}`)
      this.#segments.set(key, factory)
    }
    return factory
  }
}

/** Whether a function says so itself that it is asynchronous; others may return promises all the same. */
export function isDeclaredAsync(f: unknown): boolean {
  return /^\[object Async(?:Generator)?Function\]$/.test(Object.prototype.toString.call(f))
}
