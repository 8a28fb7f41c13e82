import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { FiresteelError, fromWireError, toWireError, type WireError } from '../common/errors/index.js'

/*
 * A slot thread is synchronous, while everything it asks of its executor (remote blocks, broadcasts, cached partitions) is not.
 * The slot posts its question and sleeps on a shared word; the executor's main thread answers on the port, then wakes it.
 */

interface Question {
  readonly id: number
  readonly method: string
  readonly argument: unknown
}

type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: WireError }

/** The asking side, on a slot thread. */
export class BlockingCaller {
  readonly #port: MessagePort
  readonly #word: Int32Array
  #nextId = 1

  /** `shared` is one 32-bit word of a SharedArrayBuffer, the same as on the answering side. */
  constructor(port: MessagePort, shared: Int32Array) {
    this.#port = port
    this.#word = shared
  }

  /**
   * Asks and sleeps until the answer is there.
   * @throws whatever the other side threw; FS_EXECUTOR_NO_ANSWER after `timeoutMs`.
   */
  call(method: string, argument: unknown, timeoutMs: number): unknown {
    const id = this.#nextId++
    const before = Atomics.load(this.#word, 0)
    this.#port.postMessage({ id, method, argument } satisfies Question)
    const deadline = performance.now() + timeoutMs
    for (let seen = before; ; seen = Atomics.load(this.#word, 0)) {
      const answer = this.#take(id)
      if (answer !== undefined) {
        if ('error' in answer) throw fromWireError(answer.error)
        return answer.value
      }
      const left = deadline - performance.now()
      if (left <= 0) throw new FiresteelError('FS_EXECUTOR_NO_ANSWER', { method, timeoutMs })
      Atomics.wait(this.#word, 0, seen, left)
    }
  }

  /** The answer to a question, if it has come; answers to questions that were given up are dropped. */
  #take(id: number): Answer | undefined {
    for (;;) {
      const received = receiveMessageOnPort(this.#port)
      if (received === undefined) return undefined
      const answer = received.message as Answer
      if (answer.id === id) return answer
    }
  }
}

/** Answers a question; a promise is waited for. */
export type BlockingHandler = (method: string, argument: unknown) => unknown

/** Serves the questions of one slot, on the executor's main thread. */
export function serveBlockingCalls(port: MessagePort, shared: Int32Array, handler: BlockingHandler): void {
  const answer = (message: Answer): void => {
    port.postMessage(message)
    Atomics.add(shared, 0, 1)
    Atomics.notify(shared, 0)
  }
  port.on('message', (question: Question) => {
    const { id, method, argument } = question
    const failed = (error: unknown): void => answer({ id, error: toWireError(error) })
    try {
      const value = handler(method, argument)
      if (value instanceof Promise) value.then((result: unknown) => answer({ id, value: result }), failed)
      else answer({ id, value })
    } catch (error) {
      failed(error)
    }
  })
  port.unref()
}
