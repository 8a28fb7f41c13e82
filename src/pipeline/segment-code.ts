import { FiresteelError } from '../common/errors/index.js'

/*
 * A segment is a run of record operators between two places where whole batches change hands. Its loop is generated as text, once
 * per stage, so that V8 sees each user function called from one place only and can inline it: a driving loop that is shared by
 * jobs turns megamorphic and gets four to eight times slower.
 *
 * The current record is either a value in one variable, or a pair in two; a pair becomes an array only where an operator wants one.
 * The asynchronous form is the same text with `await` at each user call whose result is a promise.
 */

export type RecordOp = {
  readonly op: 'map' | 'filter' | 'flatMap' | 'mapValues' | 'flatMapValues' | 'keyBy' | 'keys' | 'values-of'
}

/** How a sink consumes a record; `S` is the sink's state object in the text. */
export type SinkShape =
  | { readonly kind: 'records' } // S.out; S.drain() when there are many
  | { readonly kind: 'pairs' } // S.keys, S.values; S.drain() when there are many
  | { readonly kind: 'count' } // S.count
  | { readonly kind: 'reduce' } // S.has, S.value, S.f
  | { readonly kind: 'aggregate' } // S.value, S.f
  | { readonly kind: 'foreach' } // S.f
  | { readonly kind: 'combine'; readonly create: boolean } // S.table, S.create, S.mergeValue
  | { readonly kind: 'partition'; readonly pairs: boolean } // S.writer, S.partitionOf

export interface SegmentShape {
  readonly ops: readonly RecordOp[]
  /** Whether batches come as columns of pairs. */
  readonly pairsIn: boolean
  readonly sink: SinkShape
  readonly isAsync: boolean
  /**
   * The segment is read from above: a generator, that pauses when one batch has become many records, so that a flatMap
   * may make any number of them.
   */
  readonly isPull?: boolean
  /** Stop after this many records: the sink's own limit, checked at each record so that nothing is computed beyond it. */
  readonly hasLimit: boolean
}

/** Runs one batch; true means that the sink wants no more. */
export type SegmentRun = (batch: never) => boolean | Promise<boolean>

/** Thrown by synchronous code when a user function returned a promise: the task starts over in the asynchronous form. */
export class NeedsAsync extends Error {
  /** `abandoned` is what the function returned: the function is called again, so that nobody waits for this promise. */
  constructor(abandoned?: unknown) {
    super('a user function returned a promise')
    this.name = 'NeedsAsync'
    if (abandoned instanceof Promise) abandoned.catch(() => {})
  }
}

/** Records that are gathered before they are handed on. */
const fullAt = 8192
const drained = 'yield false'
/** Records after which memory is looked at, within one batch. */
const checkEvery = 16384

type Cursor = { readonly value: string } | { readonly key: string; readonly value: string; readonly pair: true }

type SegmentFactory = (functions: readonly unknown[], sink: object, runtime: typeof segmentRuntime) => SegmentRun

/**
 * Makes the factory of a segment. `tag` names the stage and the node; it is part of the text, so that stages never share type
 * feedback.
 */
export function segmentFactory(shape: SegmentShape, tag: string): SegmentFactory {
  return new Function('F', 'S', 'R', segmentText(shape, tag)) as SegmentFactory
}

/** The text of a segment; apart for tests. */
export function segmentText(shape: SegmentShape, tag: string): string {
  const writer = new SegmentWriter(shape)
  const body = writer.body()
  const functions = shape.ops.map((_, i) => `const f${i} = F[${i}]`).join('\n')
  const opened = writer.iterators.length > 0 ? `let ${writer.iterators.join(', ')}` : ''
  // What reads a segment from above may leave it half way.
  const guarded = shape.isPull === true && writer.iterators.length > 0
  const closing = writer.iterators.map((name) => `if (${name} !== undefined) ${name}.close()`).join('\n')
  return `/* ${tag.replaceAll('*/', '')} */ "use strict"
${functions}
return ${shape.isAsync ? 'async ' : ''}function${shape.isPull ? '*' : ''} segment(batch) {
${opened}
${sinkBefore(shape)}
let full = false
${shape.pairsIn ? 'const bk = batch.keys, bv = batch.values, bn = bk.length' : 'const bn = batch.length'}
${guarded ? 'try {' : ''}
records: for (let bi = 0; bi < bn; bi++) {
${body}
}
${guarded ? '} finally {' : ''}
${closing}
${guarded ? '}' : ''}
${sinkAfter(shape)}
return full
}`
}

/** What generated text may call. */
export const segmentRuntime = {
  NeedsAsync,
  notPair(record: unknown): never {
    throw new FiresteelError('FS_RDD_NOT_A_PAIR', { record: preview(record) })
  },
  chunks(value: unknown, operator: string): ChunkIterator {
    if (isAsyncOnly(value)) throw new NeedsAsync()
    return new ChunkIterator(iteratorOf(value, operator))
  },
  asyncChunks(value: unknown, operator: string): AsyncChunkIterator {
    const asyncIterable = value as AsyncIterable<unknown> | undefined | null
    const make = asyncIterable?.[Symbol.asyncIterator]
    if (make !== undefined) return new AsyncChunkIterator(make.call(asyncIterable))
    return new AsyncChunkIterator(iteratorOf(value, operator))
  },
}

/** What an asynchronous generator returns. */
function isAsyncOnly(value: unknown): boolean {
  const iterable = value as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined
  return typeof iterable?.[Symbol.asyncIterator] === 'function' && typeof iterable[Symbol.iterator] !== 'function'
}

function iteratorOf(value: unknown, operator: string): Iterator<unknown> {
  const make = (value as Iterable<unknown> | null | undefined)?.[Symbol.iterator]
  if (typeof make !== 'function') throw new FiresteelError('FS_RDD_NOT_ITERABLE', { operator, value: preview(value) })
  return make.call(value)
}

function preview(value: unknown): string {
  try {
    const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value))
    return text.length > 120 ? `${text.slice(0, 117)}...` : text
  } catch {
    return Object.prototype.toString.call(value)
  }
}

const chunkSize = 256

/** Turns an iterator into arrays, so that the text behind a flatMap stands there once. Lazy within a chunk's size. */
class ChunkIterator {
  readonly #iterator: Iterator<unknown>
  #size = 1

  constructor(iterator: Iterator<unknown>) {
    this.#iterator = iterator
  }

  /** Chunks grow from one record, so that a limit behind an endless generator asks for little more than it needs. */
  next(): unknown[] {
    const chunk: unknown[] = []
    for (let i = 0; i < this.#size; i++) {
      const step = this.#iterator.next()
      if (step.done) break
      chunk.push(step.value)
    }
    this.#size = Math.min(chunkSize, this.#size * 2)
    return chunk
  }

  close(): void {
    this.#iterator.return?.()
  }
}

class AsyncChunkIterator {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>
  #size = 1

  constructor(iterator: Iterator<unknown> | AsyncIterator<unknown>) {
    this.#iterator = iterator
  }

  async next(): Promise<unknown[]> {
    const chunk: unknown[] = []
    for (let i = 0; i < this.#size; i++) {
      const step = await this.#iterator.next()
      if (step.done) break
      chunk.push(step.value)
    }
    this.#size = Math.min(chunkSize, this.#size * 2)
    return chunk
  }

  close(): void {
    void this.#iterator.return?.()
  }
}

class SegmentWriter {
  readonly iterators: string[] = []
  readonly #shape: SegmentShape
  #next = 0

  constructor(shape: SegmentShape) {
    this.#shape = shape
  }

  body(): string {
    if (this.#shape.pairsIn) {
      return `const bkey = bk[bi], bval = bv[bi]\n${this.#from(0, { key: 'bkey', value: 'bval', pair: true })}`
    }
    return `const b = batch[bi]\n${this.#from(0, { value: 'b' })}`
  }

  #fresh(prefix: string): string {
    return `${prefix}${this.#next++}`
  }

  /** Text that declares `name` as the result of a user call. */
  #call(name: string, expression: string): string {
    const isPromise = `typeof ${name} === 'object' && ${name} !== null && typeof ${name}.then === 'function'`
    if (this.#shape.isAsync) return `let ${name} = ${expression}\nif (${isPromise}) ${name} = await ${name}\n`
    return `const ${name} = ${expression}\nif (typeof ${name} === 'object' && ${name} instanceof Promise) throw new R.NeedsAsync(${name})\n`
  }

  #asValue(cursor: Cursor): { text: string; name: string } {
    if (!('pair' in cursor)) return { text: '', name: cursor.value }
    const name = this.#fresh('p')
    return { text: `const ${name} = [${cursor.key}, ${cursor.value}]\n`, name }
  }

  #asPair(cursor: Cursor): { text: string; key: string; value: string } {
    if ('pair' in cursor) return { text: '', key: cursor.key, value: cursor.value }
    const key = this.#fresh('k')
    const value = this.#fresh('v')
    const record = cursor.value
    const text = `if (!Array.isArray(${record}) || ${record}.length !== 2) R.notPair(${record})\nconst ${key} = ${record}[0], ${value} = ${record}[1]\n`
    return { text, key, value }
  }

  #from(index: number, cursor: Cursor): string {
    const operator = this.#shape.ops[index]
    if (operator === undefined) return this.#sink(cursor)
    const f = `f${index}`
    switch (operator.op) {
      case 'map': {
        const record = this.#asValue(cursor)
        const name = this.#fresh('x')
        return record.text + this.#call(name, `${f}(${record.name})`) + this.#from(index + 1, { value: name })
      }
      case 'filter': {
        const record = this.#asValue(cursor)
        const name = this.#fresh('t')
        const kept: Cursor = 'pair' in cursor ? cursor : { value: record.name }
        return `${record.text}${this.#call(name, `${f}(${record.name})`)}if (${name}) {\n${this.#from(index + 1, kept)}}\n`
      }
      case 'flatMap': {
        const record = this.#asValue(cursor)
        const name = this.#fresh('a')
        const call = this.#call(name, `${f}(${record.name})`)
        return record.text + call + this.#each(name, 'flatMap', (item) => this.#from(index + 1, { value: item }))
      }
      case 'mapValues': {
        const pair = this.#asPair(cursor)
        const name = this.#fresh('x')
        const next: Cursor = { key: pair.key, value: name, pair: true }
        return pair.text + this.#call(name, `${f}(${pair.value})`) + this.#from(index + 1, next)
      }
      case 'flatMapValues': {
        const pair = this.#asPair(cursor)
        const name = this.#fresh('a')
        const call = this.#call(name, `${f}(${pair.value})`)
        const each = this.#each(name, 'flatMapValues', (item) =>
          this.#from(index + 1, { key: pair.key, value: item, pair: true }),
        )
        return pair.text + call + each
      }
      case 'keyBy': {
        const record = this.#asValue(cursor)
        const name = this.#fresh('x')
        const next: Cursor = { key: name, value: record.name, pair: true }
        return record.text + this.#call(name, `${f}(${record.name})`) + this.#from(index + 1, next)
      }
      case 'keys': {
        const pair = this.#asPair(cursor)
        return pair.text + this.#from(index + 1, { value: pair.key })
      }
      case 'values-of': {
        const pair = this.#asPair(cursor)
        return pair.text + this.#from(index + 1, { value: pair.value })
      }
    }
  }

  /** A loop over what a flatMap returned: an array as it is, any other iterable in chunks. */
  #each(name: string, operator: string, inner: (item: string) => string): string {
    const array = this.#fresh('l')
    const iterator = this.#fresh('it')
    const item = this.#fresh('x')
    this.iterators.push(iterator)
    const isAsync = this.#shape.isAsync
    const open = `${iterator} = R.${isAsync ? 'asyncChunks' : 'chunks'}(${name}, '${operator}')`
    const take = isAsync ? `await ${iterator}.next()` : `${iterator}.next()`
    const i = this.#fresh('i')
    return `let ${array} = ${name}
if (!Array.isArray(${array})) { ${open}; ${array} = ${take} }
for (;;) {
for (let ${i} = 0; ${i} < ${array}.length; ${i}++) {
const ${item} = ${array}[${i}]
${inner(item)}}
if (${iterator} === undefined) break
${array} = ${take}
if (${array}.length === 0) { ${iterator} = undefined; break }
}
`
  }

  #sink(cursor: Cursor): string {
    const { sink, hasLimit } = this.#shape
    const stop = hasLimit ? 'if (--S.left <= 0) { full = true; break records }\n' : ''
    switch (sink.kind) {
      case 'records': {
        const record = this.#asValue(cursor)
        const drain = this.#shape.isPull ? `${drained}; out = S.out` : 'out = S.drain()'
        return `${record.text}out.push(${record.name})\n${stop}if (out.length >= ${fullAt}) { ${drain} }\n`
      }
      case 'pairs': {
        const pair = this.#asPair(cursor)
        const drain = `if (ks.length >= ${fullAt}) { ${drained}; ks = S.keys; vs = S.values }\n`
        return `${pair.text}ks.push(${pair.key}); vs.push(${pair.value})\n${stop}${this.#shape.isPull ? drain : ''}`
      }
      case 'count':
        return `n++\n${stop}`
      case 'reduce': {
        const record = this.#asValue(cursor)
        const next = this.#call('next', `f(acc, ${record.name})`)
        return `${record.text}if (has) {\n${next}acc = next\n} else { has = true; acc = ${record.name} }\n`
      }
      case 'aggregate': {
        const record = this.#asValue(cursor)
        return `${record.text}{\n${this.#call('next', `f(acc, ${record.name})`)}acc = next\n}\n`
      }
      case 'foreach': {
        const record = this.#asValue(cursor)
        return `${record.text}{\n${this.#call('done', `f(${record.name})`)}}\n`
      }
      case 'combine': {
        const pair = this.#asPair(cursor)
        const created = sink.create
          ? `${this.#call('made', `create(${pair.value})`)}T.values[i] = made`
          : `T.values[i] = ${pair.value}`
        const merged = `${this.#call('merged', `merge(T.values[i], ${pair.value})`)}T.values[i] = merged`
        return `${pair.text}{\nconst q = T.size, i = T.id(${pair.key})\nif (i === q) {\n${created}\n} else {\n${merged}\n}\n}\nif ((++n & ${checkEvery - 1}) === 0) S.check()\n`
      }
      case 'partition': {
        if (!sink.pairs) {
          const record = this.#asValue(cursor)
          return `${record.text}W.addRecord(partitionOf(${record.name}), ${record.name})\n`
        }
        const pair = this.#asPair(cursor)
        return `${pair.text}W.add(partitionOf(${pair.key}), ${pair.key}, ${pair.value})\n`
      }
    }
  }
}

function sinkBefore(shape: SegmentShape): string {
  switch (shape.sink.kind) {
    case 'records':
      return 'let out = S.out'
    case 'pairs':
      return 'let ks = S.keys, vs = S.values'
    case 'count':
      return 'let n = 0'
    case 'reduce':
      return 'const f = S.f\nlet has = S.has, acc = S.value'
    case 'aggregate':
      return 'const f = S.f\nlet acc = S.value'
    case 'foreach':
      return 'const f = S.f'
    case 'combine':
      return 'const T = S.table, create = S.create, merge = S.mergeValue\nlet n = 0'
    case 'partition':
      return 'const W = S.writer, partitionOf = S.partitionOf'
  }
}

function sinkAfter(shape: SegmentShape): string {
  switch (shape.sink.kind) {
    case 'count':
      return 'S.count += n'
    case 'reduce':
      return 'S.has = has; S.value = acc'
    case 'aggregate':
      return 'S.value = acc'
    default:
      return ''
  }
}
