import { bulkPieceBytes as pieceBytes, type RpcMessage } from '../rpc/index.js'

/** Results too large for the control channel: kept until the driver has fetched them. */
export class ResultStore {
  readonly #results = new Map<number, readonly Uint8Array[]>()

  keep(taskId: number, arrays: readonly Uint8Array[]): void {
    this.#results.set(taskId, arrays)
  }

  drop(taskId: number): void {
    this.#results.delete(taskId)
  }

  /** The arrays of a result, each cut into pieces; `last` marks the end of an array. */
  async *stream(taskId: number): AsyncGenerator<RpcMessage> {
    for (const array of this.#results.get(taskId) ?? []) {
      for (let at = 0; at < array.byteLength || at === 0; at += pieceBytes) {
        const piece = array.subarray(at, at + pieceBytes)
        yield { body: { last: at + pieceBytes >= array.byteLength }, attachments: [piece] }
      }
    }
    this.#results.delete(taskId)
  }
}
