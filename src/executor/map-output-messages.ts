import { bulkPieceBytes, type RpcMessage, type RpcPeer } from '../rpc/index.js'
import { driverEndpoint } from './executor-messages.js'
import { type EncodedOutputs, type MapExecutor, MapOutputList } from './map-output-list.js'

/** `mapOutputs`, asked of the driver. */
export interface MapOutputsRequest {
  readonly shuffleId: number
}

/** Body of the first message of the answer. The bytes come as attachments of this one and of those that follow. */
export interface MapOutputsHead {
  /** Of the driver's map outputs when it answered. */
  readonly epoch: number
  readonly numMaps: number
  /** What the bytes refer to by number. */
  readonly executors: readonly MapExecutor[]
  /** How many bytes there are. */
  readonly bytes: number
  /** Where executors serve shuffle data. */
  readonly addresses: Readonly<Record<string, { readonly host: string; readonly port: number }>>
}

/** The answer in messages that are never too large, however many parts the shuffle has. */
export async function* mapOutputMessages(
  head: Omit<MapOutputsHead, 'numMaps' | 'bytes'>,
  { numMaps, bytes }: EncodedOutputs,
): AsyncGenerator<RpcMessage> {
  const body: MapOutputsHead = { ...head, numMaps, bytes: bytes.length }
  yield { body, attachments: [bytes.subarray(0, bulkPieceBytes)] }
  for (let at = bulkPieceBytes; at < bytes.length; at += bulkPieceBytes) {
    yield { body: null, attachments: [bytes.subarray(at, at + bulkPieceBytes)] }
  }
}

/** The map outputs of one shuffle as the driver told them. */
export interface ToldOutputs {
  readonly epoch: number
  readonly list: MapOutputList
  readonly addresses: MapOutputsHead['addresses']
}

/** Asks the driver for the outputs of a shuffle. */
export async function askMapOutputs(driver: RpcPeer, shuffleId: number, timeoutMs: number): Promise<ToldOutputs> {
  const body: MapOutputsRequest = { shuffleId }
  let head: MapOutputsHead | undefined
  let bytes = new Uint8Array(0)
  let at = 0
  for await (const message of driver.askStream(driverEndpoint, 'mapOutputs', { body }, { timeoutMs })) {
    if (head === undefined) {
      head = message.body as MapOutputsHead
      bytes = new Uint8Array(head.bytes)
    }
    for (const piece of message.attachments ?? []) {
      bytes.set(piece, at)
      at += piece.length
    }
  }
  if (head === undefined || at !== head.bytes) {
    throw new Error(
      `the driver sent ${at} bytes of the ${head?.bytes ?? 0} that tell the outputs of shuffle ${shuffleId}`,
    )
  }
  return {
    epoch: head.epoch,
    list: new MapOutputList(head.executors, { numMaps: head.numMaps, bytes }),
    addresses: head.addresses,
  }
}
